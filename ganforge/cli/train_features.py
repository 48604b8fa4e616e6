"""`ganforge train-features`: an extractor of features for `ganforge eval`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("train-features")
@click.argument("data", metavar="KIND[:PATH]")
@click.option(
    "--classes",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    help="Classes of the data.",
)
@click.option("--channels", type=click.Choice(["1", "3"]), default="3", show_default=True)
@click.option("--size", type=click.IntRange(8, 256), default=32, show_default=True)
@click.option(
    "--count", type=click.IntRange(min=2), default=60_000, show_default=True, help="Images at most."
)
@click.option("--epochs", type=click.IntRange(min=1), help="Default: about 100,000 images in all.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--name", help="What results call it. Default: classifier-DATA.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: features/NAME.")
@click.option("--overwrite", is_flag=True, help="Replace the extractor in the folder.")
def command(
    data: str,
    classes: int,
    channels: str,
    size: int,
    count: int,
    epochs: int | None,
    seed: int,
    device: str,
    name: str | None,
    out: Path | None,
    overwrite: bool,
) -> None:
    """Train a small classifier on labelled images, such as idx:PATH or folder:PATH.

    `ganforge eval` measures samples by its features.
    """
    from ganforge.runs.device import needs_torch

    needs_torch()
    from ganforge.metrics.making import Request, train_features

    request = Request(data, name, out, classes, int(channels), size, count, epochs, seed, device)
    made = train_features(request, overwrite, lambda line: click.echo(line, err=True))
    accuracy, held_out = made.about["accuracy"], made.about["held_out"]
    click.echo(f"{made.name}: {accuracy:.2%} of {held_out} held-out images recognised")
    click.echo(f"in {request.folder}")
