"""`ganforge train-features`: an extractor of features for `ganforge eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

_ATTRIBUTES = (
    "Learn these attributes in place of classes, such as large,right: for `eval --separability`."
)
_AT_LEAST_TWO = click.IntRange(min=2)


@click.command("train-features")
@click.argument("data", metavar="KIND[:PATH]")
@click.option("--classes", type=_AT_LEAST_TWO, help="Of the data. Default: 10.")
@click.option("--attributes", metavar="NAMES", help=_ATTRIBUTES)
@click.option("--channels", type=click.Choice(["1", "3"]), default="3", show_default=True)
@click.option("--size", type=click.IntRange(8, 256), default=32, show_default=True)
@click.option("--count", type=_AT_LEAST_TWO, default=60_000, show_default=True, help="At most.")
@click.option("--epochs", type=click.IntRange(min=1), help="Default: about 100,000 images in all.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--name", help="What results call it. Default: classifier-DATA or attributes-DATA.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: features/NAME.")
@click.option("--overwrite", is_flag=True, help="Replace the extractor in the folder.")
def command(channels: str, classes: int | None, attributes: str | None, **options: Any) -> None:
    """Train a small classifier on labelled images, such as idx:PATH or folder:PATH.

    `ganforge eval` measures samples by its features, and latents by the attributes that it tells.
    """
    from ganforge.runs.device import needs_torch

    needs_torch()
    from ganforge.errors import CannotStart
    from ganforge.metrics.making import Request, train_features

    if classes is not None and attributes is not None:
        text = "`--attributes` are learned in place of classes: leave `--classes` or them out"
        raise CannotStart(text)
    names = tuple(name.strip() for name in attributes.split(",")) if attributes is not None else ()
    if classes is not None:
        options["classes"] = classes
    request = Request(channels=int(channels), attributes=names, **options)
    about = train_features(request, lambda line: click.echo(line, err=True)).about
    share, images = about["accuracy"], about["held_out"]
    click.echo(f"{about['name']}: {share:.2%} of {images} held-out images recognised")
    for name, own in about.get("accuracies", {}).items():
        click.echo(f"  {name}: {own:.2%}")
    click.echo(f"in {request.folder}")
