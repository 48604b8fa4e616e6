"""The peak memory of one side of a case, in its own process: `peak.py CASE generated`."""

from __future__ import annotations

import resource
import sys

import programs
import torch

torch.set_num_threads(programs.THREADS)
case, side = sys.argv[1:]
step = programs.generated(case) if side == "generated" else programs.handwritten(case)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(3):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024)
