"""`ganforge sample`: images from a run's last checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ganforge.runs.loading import Loaded

SETTINGS = "Change what samples depend on, such as psi=0.5 of truncation. May be repeated."
SWEEP = "a class, a latent, one number of it such as u[0], or a vector of the data."


def _classes(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Class numbers with commas between them."""
    try:
        return tuple(int(part) for part in value.split(",")) if value is not None else ()
    except ValueError:
        text = f"{value!r} is no class: say a number, or several such as 3,5"
        raise click.BadParameter(text) from None


NAMED_STYLES = {"coarse": (0, 4), "middle": (4, 8), "fine": (8, None)}
"""Those of 4 x 4 and 8 x 8, of 16 x 16 and 32 x 32, and of what is larger (1812.04948, fig. 3)."""


def _styles(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, int | None] | None:
    """From which style to which one, that is left out."""
    if value is None or value in NAMED_STYLES:
        return NAMED_STYLES[value] if value is not None else None
    first, dash, last = value.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        names = ", ".join(f"`{name}`" for name in NAMED_STYLES)
        text = f"{value!r} is no range of styles: say {names}, or numbers such as 2-5"
        raise click.BadParameter(text)
    return int(first), int(last) + 1


@click.command("sample")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-n", "--count", type=click.IntRange(1, 65_536), help="Default: as in training.")
@click.option(
    "--class", "classes", metavar="N[,N...]", callback=_classes, help="Show these, a row each."
)
@click.option("--rows", metavar="NAME", help=f"What the rows run through: {SWEEP}")
@click.option("--columns", metavar="NAME", help=f"What the columns run through: {SWEEP}")
@click.option(
    "--styles",
    metavar="RANGE",
    callback=_styles,
    help="Copy these styles of a latent for each row to one for each column: coarse (0-3), middle "
    "(4-7), fine (from 8 on), or such as 2-5.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Default: RUN/sample-SEED.png.")
@click.option(
    "--input",
    "given",
    metavar="[FIELD=]PATH",
    help="Translate an image, or those of a folder or zip file, into the folder --out "
    "(RUN/translated), where the data are tiles in their own size; or show what is made of the "
    "vectors in a .npy file, a row of each.",
)
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help=SETTINGS)
@click.option("--device", default="auto", show_default=True)
def command(
    run: Path,
    count: int | None,
    classes: tuple[int, ...],
    rows: str | None,
    columns: str | None,
    styles: tuple[int, int | None] | None,
    seed: int,
    out: Path | None,
    given: str | None,
    settings: tuple[str, ...],
    device: str,
) -> None:
    """Write a grid of images made by the networks of RUN, or translate the images of --input."""
    if given is not None:
        asked: dict[str, object] = {"--class": classes, "--rows": rows, "--columns": columns}
        asked |= {"--styles": styles, "--set": settings}
        others = [option for option in asked if asked[option]]
        if given.lower().endswith(".npy"):
            _show_vectors(
                run, others, given, out or run / f"sample-{seed}.png", count, seed, device
            )
        else:
            others += ["--count"] if count else []
            _translate(run, others, given, out, seed, device)
        return
    from ganforge.runs.sampling import Shown, check_picture, load_shown

    if out is not None:
        check_picture(out)
    loaded = load_shown(run, device, Shown(rows, columns, classes, settings, styles))
    loaded.check_samples()
    out = out or run / f"sample-{seed}.png"
    loaded.state.seed = seed
    more = () if count is None else (count,)
    loaded.module.save_samples(loaded.state, *loaded.sample_data(), out, *more)
    shown = _order(loaded) if styles is None else " (styles of the left copied to those above)"
    click.echo(f"samples of round {loaded.state.round}{shown}: {out}")


def _order(loaded: Loaded) -> str:
    """What stands beside each other in a sample of several images."""
    images = loaded.stage.spec.sample.images
    names = ", ".join(f"`{name}`" for name in images)
    return f" (each from left to right {names})" if len(images) > 1 else ""


def _show_vectors(
    run: Path,
    asked: list[str],
    given: str,
    out: Path,
    count: int | None,
    seed: int,
    device: str,
) -> None:
    """Write a grid of what is made of vectors."""
    from ganforge.errors import CannotStart
    from ganforge.runs.given_vectors import sample_given
    from ganforge.runs.sampling import check_picture
    from ganforge.runs.translating import read_input

    if asked:
        raise CannotStart(f"each row shows a vector of `--input`: leave `{asked[0]}` out")
    check_picture(out)
    field, file = read_input(given)
    made = sample_given(run, field, file, out, count, seed, device)
    rows = "a row of 1 vector" if made.count == 1 else f"{made.count} vectors, a row of each"
    click.echo(f"samples of round {made.round}, {rows}: {out}")


def _translate(
    run: Path, asked: list[str], given: str, out: Path | None, seed: int, device: str
) -> None:
    from ganforge.errors import CannotStart
    from ganforge.runs.translating import translate

    if asked:
        text = f"`--input` translates every image it is given: leave `{asked[0]}` out"
        raise CannotStart(text)
    done = translate(run, given, out, seed, device)
    images = "1 image" if done.count == 1 else f"{done.count} images"
    beside = f", before and after: {done.picture}" if done.picture else ""
    click.echo(f"{images} translated: {done.folder}{beside}")
    for name, figures in done.figures.items():
        told = (
            "  ".join(f"{key} {value:.4g}" for key, value in figures.items())
            or "too small to be measured"
        )
        click.echo(f"{name}: {told}")
