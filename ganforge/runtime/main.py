"""The command line of an emitted script."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from ganforge.runtime.errors import RunError
from ganforge.runtime.options import Options


def main(train: Callable[[Options], Iterator[dict[str, float]]], name: str, data: str) -> None:
    """Train from the command line, printing every logged round."""
    parser = argparse.ArgumentParser(description=f"Train {name}.")
    parser.add_argument("--out", type=Path, default=Path("runs") / name, help="folder of the run")
    parser.add_argument("--data", default=data, help="NAME or NAME:PATH (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--rounds", type=float, default=math.inf, help="end here, in total")
    parser.add_argument("--kimg", type=float, default=math.inf, help="end here, in total")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    for what, rounds in (("log", 50), ("sample", 500), ("checkpoint", 1000)):
        parser.add_argument(f"--{what}-every", type=int, default=rounds, metavar="ROUNDS")
    try:
        for metrics in train(Options(**vars(parser.parse_args()))):
            print("  ".join(f"{name} {value:.5g}" for name, value in metrics.items()), flush=True)
    except (RunError, OSError) as error:
        sys.exit(f"error: {error}")
