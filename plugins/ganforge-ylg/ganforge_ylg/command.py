"""`ganforge invert`: the latents by which a trained generator makes an image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganforge import CannotStart

if TYPE_CHECKING:
    from torch import Tensor

    from ganforge_ylg.inversion import Pair, Tries

_CLASS = "The class to ask for, of runs that make images by class."
_OUT = "The picture. Default: RUN/inverted-IMAGE.png."


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--class", "asked", type=click.IntRange(min=0), metavar="N", help=_CLASS)
@click.option(
    "--tries", type=click.IntRange(min=1), default=8, show_default=True, help="Random starts."
)
@click.option(
    "--steps", type=click.IntRange(min=1), default=1000, show_default=True, help="Steps of Adam."
)
@click.option(
    "--lr",
    type=click.FloatRange(min=0, min_open=True),
    default=0.07,
    show_default=True,
    help="Adam's learning rate.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--device", default="auto", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help=_OUT)
@click.option("--overwrite", is_flag=True, help="Replace what an earlier inversion wrote.")
def invert(
    run: Path,
    image: Path,
    asked: int | None,
    device: str,
    out: Path | None,
    overwrite: bool,
    **how: Any,
) -> None:
    """Find latents by which the generator of RUN makes IMAGE.

    Latents are moved until the critic sees both images alike, place by place as its attention looks
    at them (arXiv 1911.12287, section 5). Writes a picture, the image on the left and what was
    found beside it, the best first; and its latents and losses in a safetensors file of the same
    name.
    """
    import ganforge

    picture = out or run / f"inverted-{image.stem}.png"
    tensors = picture.with_suffix(".safetensors")
    _check_places(picture, tensors, overwrite)
    gan = ganforge.load(run, device)
    pair = _pair(gan)
    _check_class(asked, pair)
    given = _read(image, pair, next(pair.generator.parameters()).device)
    found, images = _inverted(pair, given, asked, **how)
    _write(picture, tensors, pair, given, found, images, asked)
    apart = float((images[0] - given[0]).abs().mean()) / (pair.high - pair.low)
    click.echo(
        f"loss {float(found.losses[0]):.4g} in the best of {len(images)} tries, "
        f"pixels {apart:.1%} apart: {picture}, {tensors.name}"
    )


def _check_places(picture: Path, tensors: Path, overwrite: bool) -> None:
    """Raises `CannotStart` where something would be replaced unasked, or cannot be written."""
    if picture.suffix.lower() != ".png":
        raise CannotStart(f"{picture} is no name of a picture: end it in `.png`")
    for place in (picture, tensors):
        if place.exists() and not overwrite:
            raise CannotStart(f"{place} exists: `--overwrite` replaces it, `--out` takes another")
    if picture.parent.exists() and not picture.parent.is_dir():
        raise CannotStart(f"{picture.parent} is no folder: name another place with `--out`")


def _pair(gan: Any) -> Pair:
    """The run's generator, as it is sampled from, and its critic. Raises `CannotStart`."""
    from ganforge_ylg.inversion import CannotInvert, pair_of

    networks = {name: gan.averages.get(name, network) for name, network in gan.networks.items()}
    for network in networks.values():
        network.eval().requires_grad_(False)
    try:
        return pair_of(networks, gan.view)
    except CannotInvert as error:
        raise CannotStart(str(error)) from None


def _check_class(asked: int | None, pair: Pair) -> None:
    """Raises `CannotStart` where a class is missing, unknown, or asked for in vain."""
    if pair.classes and asked is None:
        raise CannotStart(
            f"this run makes images by class: say which with `--class`, 0 to {pair.classes - 1}"
        )
    if asked is not None and not pair.classes:
        raise CannotStart("this run has no classes to ask for: leave `--class` out")
    if asked is not None and asked >= pair.classes:
        raise CannotStart(f"there is no class {asked}: the run has 0 to {pair.classes - 1}")


def _read(image: Path, pair: Pair, device: Any) -> Tensor:
    """The image (1, C, H, W) as the run sees images; says where its size is changed."""
    from PIL import Image

    from ganforge import RunError
    from ganforge.runtime.images import decode_image

    channels, height, width = pair.shape
    about = {"channels": channels, "size": (height, width)}
    if not image.is_file():
        raise CannotStart(f"there is no image {image}: check the path")
    try:
        values = decode_image(image.parent, about, image.name)
    except RunError:
        raise CannotStart(f"{image} cannot be read as an image") from None
    with Image.open(image) as opened:
        size = opened.size
    if size != (width, height):
        does = f"the run sees {width} x {height}: cropped and resized"
        click.echo(f"note: {image} is {size[0]} x {size[1]}, {does}", err=True)
    scaled = values.to(device).float() * ((pair.high - pair.low) / 255) + pair.low
    return scaled[None]


def _inverted(
    pair: Pair, given: Tensor, asked: int | None, *, tries: int, steps: int, lr: float, seed: int
) -> tuple[Tries, Tensor]:
    """What is found after the last step."""
    import sys
    from collections import deque

    from ganforge_ylg.inversion import measured, searched

    search = searched(pair, given, asked, tries, steps, lr, seed)
    with click.progressbar(search, length=steps, label="inverting", file=sys.stderr) as bar:
        found = deque(bar, maxlen=1).pop()
    return measured(pair, given, asked, found)


def _write(
    picture: Path,
    tensors: Path,
    pair: Pair,
    given: Tensor,
    found: Tries,
    images: Tensor,
    asked: int | None,
) -> None:
    """The picture and the latents, each there whole or not at all."""
    import io

    import torch
    from PIL import Image
    from safetensors.torch import save

    from ganforge.files import write_whole
    from ganforge_ylg.inversion import as_bytes

    pixels = as_bytes([given[0], *images], pair.low, pair.high)
    encoded = io.BytesIO()
    Image.fromarray(pixels.expand(-1, -1, max(3, pixels.shape[2])).numpy()).save(encoded, "PNG")
    kept = {**found.latents, "loss": found.losses}
    if asked is not None:
        kept[pair.condition] = torch.full_like(found.losses, asked, dtype=torch.int64)
    picture.parent.mkdir(parents=True, exist_ok=True)
    write_whole(tensors, save({name: value.cpu().contiguous() for name, value in kept.items()}))
    write_whole(picture, encoded.getvalue())
