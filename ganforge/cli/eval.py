"""`ganforge eval`: how good a run's samples are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganforge.cli.arguments import data_option

if TYPE_CHECKING:
    from ganforge.metrics.evaluation import Evaluation

_FEATURES = "The folder that `ganforge train-features` made."
_METRIC = "Such as fid; may be repeated. Default: all there are."


@click.command("eval")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--features", type=click.Path(path_type=Path), required=True, help=_FEATURES)
@click.option("-n", "--count", type=click.IntRange(8), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--metric", "metrics", metavar="NAME", multiple=True, help=_METRIC)
@data_option
@click.option("--batch", type=click.IntRange(min=1), default=250, show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(run: Path, features: Path, as_json: bool, **options: Any) -> None:
    """Measure samples of RUN by the features of a classifier; results are kept in RUN/metrics."""
    from ganforge.runs.device import needs_torch

    needs_torch("torchmetrics")
    from ganforge.metrics.evaluation import Request, evaluate

    evaluation = evaluate(Request(run, features, **options))
    click.echo(evaluation.as_json() if as_json else _table(evaluation), nl=not as_json)
    for problem in evaluation.problems:
        click.echo(f"error: {problem}", err=True)
    sys.exit(1 if evaluation.problems else 0)


def _table(evaluation: Evaluation) -> str:
    """A line for each metric, below one that says what was compared."""
    about, results = evaluation.about, evaluation.results
    lines = [f"{about['run']}, round {about['round']}; {about['images']}: {about['data']}"]
    width = max(map(len, results), default=0)
    for name, result in results.items():
        spread = f" ± {result['std']:.2g}" if "std" in result else ""
        value = f"{result['value']:.4g}{spread}"
        sizes = f"{result['samples']} samples, {result['real']} real, seed {result['seed']}"
        lines.append(f"{name.ljust(width)}  {value.ljust(18)}  {sizes}")
    return "\n".join(lines)
