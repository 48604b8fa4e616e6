"""How training is shown: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import click

from ganforge.runs.training import Run

Metrics = Mapping[str, Any]
_COUNTERS = ("round", "stage", "level", "progress", "fade", "kimg", "epoch", "images_per_second")
_LESSER = re.compile(r"singular\..*\.[12]$")
"""The second and third singular values of a monitor; `metrics.jsonl` and boards have them."""


@contextmanager
def shown_progress(run: Run, module: ModuleType) -> Iterator[Callable[[Metrics], None]]:
    """Gives the function that shows the metrics of a logged round."""
    if not sys.stderr.isatty():
        yield lambda metrics: click.echo("  ".join(_parts(metrics)), err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeftColumn

    done, text = (
        TextColumn("{task.percentage:.1f}%"),
        TextColumn("{task.description}", markup=False),
    )
    bar = (BarColumn(16), done, TimeElapsedColumn(), TimeLeftColumn(), TextColumn("left"), text)
    whole_run = float("inf")  # the speed is that since the start, however rare the log
    with Progress(*bar, console=Console(stderr=True), speed_estimate_period=whole_run) as progress:
        task = progress.add_task("starting", total=1.0)

        def show(metrics: Metrics) -> None:
            share = share_done(metrics, run, module)
            progress.update(task, completed=share, description="\n".join(_parts(metrics)))

        yield show


def _parts(metrics: Metrics) -> list[str]:
    """How far training is, and each loss."""
    shown = {name: value for name, value in metrics.items() if name not in _COUNTERS}
    losses = [f"{name} {value:.4g}" for name, value in shown.items() if not _LESSER.match(name)]
    stage = f"{metrics['stage']} {metrics['progress']:.0%}  " if "stage" in metrics else ""
    if "level" in metrics and not metrics["stage"].endswith(f"-{metrics['level']}"):
        stage += f"level {metrics['level']}  "
    stage += f"fade {metrics['fade']:.2f}  " if metrics.get("fade", 1) < 1 else ""
    far = f"{stage}round {metrics['round']:.0f}  {metrics['kimg']:.4g} kimg"
    return [f"{far}  {metrics['images_per_second']:.0f} images/s", *losses]


def share_done(metrics: Metrics, run: Run, module: ModuleType) -> float:
    """How much of the training is done, 0 to 1, by the length of the spec or of the options; of
    stages each counts the same.
    """
    if "stage" in metrics:
        names = [stage.name for stage in module.STAGES]
        done = (names.index(metrics["stage"]) + metrics["progress"]) / len(names)
        share = metrics["progress"] if getattr(run.options, "stage", "") else done
    else:
        share = 0.0
    ends = [
        ("round", getattr(module, "ROUNDS", None)),
        ("kimg", getattr(module, "KIMG", None)),
        ("epoch", getattr(module, "EPOCHS", None)),
        ("round", run.options.rounds),
        ("kimg", run.options.kimg),
    ]
    return float(min(1.0, max(share, *(metrics[name] / end for name, end in ends if end))))
