"""`ganforge sample`: images from a run's last checkpoint."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sample")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-n", "--count", type=click.IntRange(1, 65_536), help="Default: as in training.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Default: RUN/sample-SEED.png.")
@click.option(
    "--input",
    "given",
    metavar="[FIELD=]PATH",
    help="Translate an image, or those of a folder or zip file, into the folder --out "
    "(RUN/translated).",
)
@click.option("--device", default="auto", show_default=True)
def command(
    run: Path, count: int | None, seed: int, out: Path | None, given: str | None, device: str
) -> None:
    """Write a grid of images made by the networks of RUN, or translate the images of --input."""
    if given is not None:
        _translate(run, count, given, out, seed, device)
        return
    from ganforge.runs.loading import load_run

    loaded = load_run(run, device)
    out = out or run / f"sample-{seed}.png"
    loaded.state.seed = seed
    more = () if count is None else (count,)
    loaded.module.save_samples(loaded.state, *loaded.sample_data(), out, *more)
    click.echo(f"samples of round {loaded.state.round}: {out}")


def _translate(
    run: Path, count: int | None, given: str, out: Path | None, seed: int, device: str
) -> None:
    from ganforge.errors import CannotStart
    from ganforge.runs.translating import translate

    if count is not None:
        raise CannotStart("`--input` translates every image it is given: leave `--count` out")
    done = translate(run, given, out, seed, device)
    images = "1 image" if done.count == 1 else f"{done.count} images"
    click.echo(f"{images} translated: {done.folder}, before and after: {done.picture}")
