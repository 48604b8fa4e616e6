"""`ganforge eval`: how good a run's samples are, what its networks recognise, how its latents are
entangled.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganforge.cli.arguments import data_option

if TYPE_CHECKING:
    from ganforge.metrics.evaluation import Evaluation, Request

_FEATURES = "Measure samples: the folder that `ganforge train-features` made."
_PATH_LENGTH = (
    "Perceptual path length through this latent, or through what networks make of it, such as "
    "M(z), by --features; may be repeated."
)
_SEPARABILITY = (
    "How well hyperplanes of this tensor tell what images show, by --attributes; may be repeated."
)
_ATTRIBUTES = "The folder that `ganforge train-features DATA --attributes NAMES` made."
_METRIC = "Such as fid; may be repeated. Default: all there are."
_CLASSIFY = "Accuracy of these logits on labelled images, such as on_real.label; may be repeated."
_NEIGHBOURS = "Accuracy of nearest neighbours in this tensor, such as code; may be repeated."
_GALLERY = "Neighbours are searched among so many training images, at most."
_LABELS = "The class field that holds the labels. Default: the only one."
_CLASSES = "Where the spec has no class field: how many classes the data have."
_SETTINGS = "Change what samples depend on, such as psi=1 for no truncation; may be repeated."
_AT_LEAST_ONE = click.IntRange(min=1)


@click.command("eval")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--features", type=click.Path(path_type=Path), help=_FEATURES)
@click.option("--metric", "metrics", metavar="NAME", multiple=True, help=_METRIC)
@click.option("--classify", metavar="TENSOR", multiple=True, help=_CLASSIFY)
@click.option("--neighbours", metavar="TENSOR", multiple=True, help=_NEIGHBOURS)
@click.option("--path-length", metavar="TENSOR", multiple=True, help=_PATH_LENGTH)
@click.option("--separability", metavar="TENSOR", multiple=True, help=_SEPARABILITY)
@click.option("--attributes", type=click.Path(path_type=Path), help=_ATTRIBUTES)
@click.option("--nearest", type=_AT_LEAST_ONE, default=1, show_default=True, help="Neighbours.")
@click.option("--gallery", type=_AT_LEAST_ONE, default=60_000, show_default=True, help=_GALLERY)
@click.option("--labels", metavar="FIELD", help=_LABELS)
@click.option("--classes", type=click.IntRange(min=2), help=_CLASSES)
@click.option("-n", "--count", type=click.IntRange(8), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@data_option
@click.option("--batch", type=_AT_LEAST_ONE, default=250, show_default=True)
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help=_SETTINGS)
@click.option("--device", default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(run: Path, as_json: bool, **options: Any) -> None:
    """Measure RUN: its samples by the features of a classifier, its own networks by labelled images
    that training has not seen, its latents by how images change with them. Results are kept in
    RUN/metrics.
    """
    from ganforge.runs.device import needs_torch

    needs_torch("torchmetrics")
    from ganforge.metrics.evaluation import evaluate

    evaluation = evaluate(_request(run, **options))
    click.echo(evaluation.as_json() if as_json else _table(evaluation), nl=not as_json)
    for problem in evaluation.problems:
        click.echo(f"error: {problem}", err=True)
    sys.exit(1 if evaluation.problems else 0)


def _request(
    run: Path,
    *,
    labels: str | None,
    classes: int | None,
    classify: tuple[str, ...],
    neighbours: tuple[str, ...],
    nearest: int,
    gallery: int,
    path_length: tuple[str, ...],
    separability: tuple[str, ...],
    attributes: Path | None,
    **rest: Any,
) -> Request:
    from ganforge.metrics.by_labels import Recognition
    from ganforge.metrics.by_latents import Disentanglement
    from ganforge.metrics.evaluation import Request
    from ganforge.metrics.readings import Labels

    known = Labels(labels, classes)
    recognition = Recognition(classify, neighbours, nearest, gallery, known)
    latents = Disentanglement(path_length, separability, attributes)
    return Request(run, recognition=recognition, disentanglement=latents, **rest)


def _table(evaluation: Evaluation) -> str:
    """A line for each metric, below one that says what was compared."""
    about, results = evaluation.about, evaluation.results
    images = f"; {about['images']}: {about['data']}" if "images" in about else ""
    lines = [f"{about['run']}, round {about['round']}{images}"]
    lines[0] += "".join(f", {setting}" for setting in about.get("set", ()))
    width = max(map(len, results), default=0)
    for name, result in results.items():
        spread = f" ± {result['std']:.2g}" if "std" in result else ""
        value = f"{result['value']:.4g}{spread}"
        lines.append(f"{name.ljust(width)}  {value.ljust(18)}  {_sizes(result)}")
    return "\n".join(lines)


def _sizes(result: Mapping[str, Any]) -> str:
    """Of how many images a figure is, and its seed."""
    if "kept" in result:
        share = f", {result['share']:.0%} with it" if "share" in result else ""
        kept = f"{result['kept']} of {result['samples']} samples{share}"
        return f"{kept}, seed {result['seed']}"
    if "recognised" not in result:
        real = f", {result['real']} real" if "real" in result else ""
        return f"{result['samples']} samples{real}, seed {result['seed']}"
    among = f" among {result['gallery']} training images" if "gallery" in result else ""
    return f"{result['recognised']} images{among}, seed {result['seed']}"
