"""`ganforge train`: train a spec, or go on with a run."""

from __future__ import annotations

import math
import shlex
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ganforge.cli.arguments import data_option, set_option, source_of

if TYPE_CHECKING:
    from ganforge.runs.training import Request, Run

_ROUNDS = click.IntRange(min=1)


@click.command("train")
@click.argument("spec", metavar="SPEC|RUN", required=False)
@data_option
@set_option
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; runs/NAME.")
@click.option("--rounds", type=_ROUNDS, help="End after this round, in total.")
@click.option("--kimg", type=click.FloatRange(min=0, min_open=True), help="End here, in total.")
@click.option("--batch", type=_ROUNDS, help="The same as `--set train.batch=N`.")
@click.option("--stage", metavar="NAME", help="Train this stage alone, in `RUN/stages/NAME`.")
@click.option("--seed", type=click.IntRange(min=0), help="Default: 0.")
@click.option("--device", help="cpu, cuda, cuda:N or auto (the default).")
@click.option("--resume", is_flag=True, help="Go on with a run from its last checkpoint.")
@click.option("--overwrite", is_flag=True, help="Delete the run in the folder and start anew.")
@click.option("--dry-run", is_flag=True, help="Try one round on the data; write nothing.")
@click.option("--log-every", type=_ROUNDS, default=50, show_default=True, metavar="ROUNDS")
@click.option("--sample-every", type=_ROUNDS, default=500, show_default=True, metavar="ROUNDS")
@click.option("--checkpoint-every", type=_ROUNDS, default=1000, show_default=True, metavar="ROUNDS")
def command(spec: str | None, batch: int | None, dry_run: bool, **options: Any) -> None:
    """Train SPEC, or go on with the run in the folder RUN (`--resume`)."""
    from ganforge.cli.output import print_report
    from ganforge.runs.training import open_run, start

    request = _request(spec, batch, {**options, "dry": dry_run})
    with _warnings_told():
        run = open_run(request)
        print_report(run.compilation.report)
        if batch is not None:
            _tell_own_batches(run, batch)
        if dry_run:
            _try(run)
        else:
            _train(run, start(run, overwrite=request.overwrite))


def _tell_own_batches(run: Run, batch: int) -> None:
    """Which batches `--batch` leaves as they are: others that stages and players have."""
    graph = run.compilation.graph
    values = graph.spec.document.values if graph is not None else {}
    tables = {f"stages.{name}": table for name, table in values.get("stages", {}).items()}
    places = dict(tables)
    for path, table in {"train": values.get("train", {}), **tables}.items():
        places |= {f"{path}.players.{n}": player for n, player in table.get("players", {}).items()}
    own = [f"{path}.batch" for path, table in places.items() if table.get("batch", batch) != batch]
    if own:
        text = f"`--batch` leaves {', '.join(f'`{path}`' for path in own)} as the spec has it: "
        text += f"say `--set {own[0]}={batch}`"
        click.echo(f"warning: {text}", err=True)


def _try(run: Run) -> None:
    from ganforge.runs.training import try_one_round

    losses = try_one_round(run)
    text = "  ".join(f"{name} {loss:.4g}" for name, loss in losses.items())
    click.echo(f"one round on {run.options.data} works: {text}")


def _request(spec: str | None, batch: int | None, options: dict[str, Any]) -> Request:
    from ganforge.runs.training import Request

    if batch is not None:
        options["overrides"] += (f"train.batch={batch}",)
    for name in ("rounds", "kimg"):
        options[name] = math.inf if options[name] is None else options[name]
    return Request(source_of(spec) if spec else None, **options)


def _train(run: Run, module: ModuleType) -> None:
    from ganforge.cli.progress import shown_progress
    from ganforge.runs.training import metrics_of

    click.echo(f"{run.program.name} in {run.folder}, on {run.options.device}", err=True)
    trained = False
    with _interruptible(run) as interrupted, shown_progress(run, module) as show:
        for metrics in metrics_of(run, module):
            trained = True
            show(metrics)
    if interrupted:
        _stopped(run)
    if not trained:
        _tell_of_end(run)
    click.echo(f"done: {_shown(run.out)}", err=True)


def _shown(folder: Path) -> Path:
    """The grid of samples, or the folder where the spec shows none."""
    from ganforge.runs.folder import SAMPLES

    return folder / SAMPLES if (folder / SAMPLES).exists() else folder


def _tell_of_end(run: Run) -> None:
    """Why a resumed run did not go on, and what would take it further."""
    from ganforge.runs.folder import read_state
    from ganforge.runtime.options import StagedOptions

    counters, unit = read_state(run.out)["counters"], run.program.length.split()[-1]
    last = run.options.stage if isinstance(run.options, StagedOptions) else ""
    table = f"stages.{last or run.program.stages[-1]}" if run.program.stages else "train"
    rounds, more = counters["round"], f"`--set {table}.{unit}=N` makes it longer"
    if rounds >= run.options.rounds:
        more = "raise `--rounds`"
    elif counters["images"] >= 1000 * run.options.kimg:
        more = "raise `--kimg`"
    click.echo(f"nothing to do: {run.folder} already has {rounds} rounds; {more}", err=True)


def _stopped(run: Run) -> NoReturn:
    from ganforge.runs.folder import has_checkpoint

    stage = getattr(run.options, "stage", "")
    alone = ["--stage", stage] if stage else []
    again = shlex.join(["ganforge", "train", str(run.folder), *alone, "--resume"])
    if has_checkpoint(run.out):
        click.echo(f"stopped; `{again}` goes on from the last checkpoint", err=True)
    else:
        click.echo("stopped before the first checkpoint: nothing is kept", err=True)
    sys.exit(130)


@contextmanager
def _interruptible(run: Run) -> Iterator[list[int]]:
    """The first Ctrl-C lets the round end and a checkpoint be written; the second stops at once."""
    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if received:
            raise KeyboardInterrupt
        received.append(number)
        run.options.rounds = 0
        click.echo("stopping after this round; once more stops at once", err=True)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield received
    except KeyboardInterrupt:
        _stopped(run)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Warnings of libraries and of the runtime as plain lines."""

    def show(message: Warning | str, *rest: object, **more: object) -> None:
        click.echo(f"warning: {message}", err=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
