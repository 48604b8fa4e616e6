"""The command line of an emitted script."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from ganforge.runtime.errors import NonFinite, RunError
from ganforge.runtime.options import Options


def main(
    train: Callable[[Any], Iterator[dict[str, Any]]],
    name: str,
    data: str,
    kind: type[Options] = Options,
) -> None:
    """Train from the command line; Ctrl-C ends the round, and a checkpoint is written."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(description=f"Train {name}.")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    for option, value in vars(kind(Path("runs", name), data, device=device)).items():
        if option != "resume":
            flag = f"--{option.replace('_', '-')}"
            told = f"default: {'all' if value == '' else value}"
            parser.add_argument(flag, type=type(value), default=value, help=told)
    options = kind(**vars(parser.parse_args()))
    every = options.log_every, options.sample_every, options.checkpoint_every
    if min(options.rounds, options.kimg, *every) <= 0:
        parser.error("rounds, kimg and what is done every so many rounds must be above 0")
    try:
        torch.empty(0, device=options.device)
    except (RuntimeError, AssertionError):  # the latter where torch is built without CUDA
        parser.error(f"there is no device {options.device!r} here: say --device cpu")

    def stop(*_: object) -> None:
        options.rounds = 0
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # once more stops at once
        again = shlex.join([part for part in sys.argv if part != "--resume"])
        print(f"stopping after this round; go on with: python {again} --resume", file=sys.stderr)

    signal.signal(signal.SIGINT, stop)
    metrics: dict[str, Any] = {}
    try:
        for metrics in train(options):
            numbers = {k: v if isinstance(v, str) else f"{v:.5g}" for k, v in metrics.items()}
            print("  ".join(f"{key} {value}" for key, value in numbers.items()), flush=True)
    except (RunError, OSError) as error:
        parser.exit(1 if isinstance(error, NonFinite) else 2, f"error: {error}\n")
    if not metrics and options.rounds > 0:
        print("nothing to do: the run has come to its end")
    sys.exit(130 if options.rounds == 0 else 0)
