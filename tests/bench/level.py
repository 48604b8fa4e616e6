"""One level of a growing GAN, in its own process: `level.py SIZE LEVEL` prints images a second, the
seconds in which training changes to the level's stage, and the peak memory in MiB.

Widths are those of `specs/progan.toml`; batches of 8 keep the high levels short.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import torch
from programs import THREADS, load

from ganforge.pipeline import compile_spec

BATCH = 8
SECONDS = 10.0
"""How long rounds are timed, at least."""


def main() -> None:
    torch.set_num_threads(THREADS)
    size, level = sys.argv[1:]
    program = compile_spec("progan", [f"size={size}", f"train.batch={BATCH}"]).program()
    module = load(program.text, f"bench_progan_{size}")
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    small = module.Downsampled(data, int(size), ["x"])
    if int(level):
        state.begin(int(level) - 1)
    start = time.perf_counter()
    state.begin(int(level))
    switched = time.perf_counter() - start

    def step() -> None:
        state.start_round()
        module.train_round(state, *module.draw(state, small.at(state.stage.res)))
        state.round += 1

    step()
    rounds, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        step()
        rounds += 1
    speed = rounds * BATCH / (time.perf_counter() - start)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(speed, switched, int(peak[1]) / 1024 if peak else 0)


if __name__ == "__main__":
    main()
