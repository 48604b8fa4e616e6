"""The peak memory of one side of a case, in its own process: `peak.py CASE generated`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import programs
import torch

torch.set_num_threads(programs.THREADS)
case, side = sys.argv[1:]
step = programs.generated(case) if side == "generated" else programs.handwritten(case)
for _ in range(3):
    step()
# Not `ru_maxrss`: that keeps the peak of the process that started this one.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) / 1024 if peak else 0)
