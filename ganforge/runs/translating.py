"""Translating files: what a run's networks make of images that are not in its data."""

from __future__ import annotations

import io
import os
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.errors import CannotStart
from ganforge.files import write_whole
from ganforge.graph import Graph
from ganforge.graph.nodes import NetworkCall, Source, upstream
from ganforge.locate import compile_sound
from ganforge.plugins.shapes import Tensor
from ganforge.runs import folder as folders
from ganforge.runs.device import needs_torch
from ganforge.runs.photographs import (
    Enlargement,
    changes,
    enlarge,
    enlargement_of,
    figures_of,
    is_of_photographs,
)
from ganforge.runs.shown import load_changed, showing
from ganforge.spec.models import ClassField, ImageField

if TYPE_CHECKING:
    import torch

AT_ONCE = 16
"""Images that are translated together."""
SHOWN = 32
"""Images of the picture that shows before and after."""


@dataclass(frozen=True)
class Translation:
    """An image that is made from one field of the data alone: the wiring, and the range."""

    field: str
    about: ImageField
    image: str
    range: tuple[float, float]


@dataclass(frozen=True)
class Translated:
    """How many images were translated, and their folder; the picture of before and after, where all
    have one size; and by image how near what was made comes to it, where it is the original.
    """

    count: int
    folder: Path
    picture: Path | None = None
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def translate(
    run: Path, given: str, out: Path | None = None, seed: int = 0, device: str = "auto"
) -> Translated:
    """Translate an image, or those of a folder or zip file, by the networks of a run.

    given: the path, after `FIELD=` where it is not the first field that can be translated. Writes
    one PNG per image into the folder `out` (default: RUN/translated), a single image into the file
    `out` if that is a PNG, and beside it a picture of what went in and what came out. Where the
    data are tiles, images keep their own size, and may also be given as what functions make of the
    field, which is then the first choice.

    Raises `CannotStart` where nothing can be translated, `RunError` where an image is unreadable.
    """
    needs_torch()
    folders.read_about(run)
    graph = compile_sound(run).graph
    assert graph is not None
    field, place = read_input(given)
    whole = is_of_photographs(graph)
    chosen = translation_of(graph, None if whole else field)
    if not place.exists():
        raise CannotStart(f"there is no file or folder {place}: check the path of `--input`")
    out = out or run / "translated"
    if _is_picture(out) and not _is_one_image(place):
        raise CannotStart(f"{place} holds several images, and {out} is one: name a folder instead")
    if (out.is_file() and not _is_picture(out)) or out.resolve() == place.resolve():
        raise CannotStart(f"{out} is no place for the results: name another with `--out`")
    if whole:
        found = enlargement_of(graph, chosen.image, chosen.range, field)
        return _enlarge(run, graph, found, place, out, seed, device)
    return _translate(run, chosen, place, out, seed, device)


def read_input(given: str) -> tuple[str | None, Path]:
    """The field and the path of `FIELD=PATH` or `PATH`."""
    field, equals, path = given.partition("=")
    if not equals or not field.isidentifier() or Path(given).exists():
        return None, Path(given).expanduser()
    return field, Path(path).expanduser()


def translation_of(graph: Graph, field: str | None) -> Translation:
    """The first image that `[sample]`, or else `[flow]`, makes from the field alone.

    field: by default the first for which there is one. Raises `CannotStart` where there is none.
    """
    found = _translations(graph)
    if not found:
        name = graph.spec.gan.name
        vectors = graph.spec.data.vectors if graph.spec.data else []
        help = f"say `--input {vectors[0]}=FILE.npy`" if vectors else "leave `--input` out"
        raise CannotStart(f"`{name}` makes no image from one of the data: {help}")
    chosen = found.get(field or next(iter(found)))
    if chosen is None:
        assert field is not None and graph.spec.data is not None
        can = f"say `--input {next(iter(found))}=PATH`"
        if field not in graph.spec.data.fields:
            raise CannotStart(f"there is no field `{field}`: {did_you_mean(field, found)}")
        raise CannotStart(f"`[sample] images` shows nothing made from `{field}` alone: {can}")
    return chosen


def _translations(graph: Graph) -> dict[str, Translation]:
    """By field what is made from it."""
    spec, found = graph.spec, dict[str, Translation]()
    assert spec.data is not None
    shown = dict(zip(spec.sample.images, graph.samples, strict=True))
    for image, index in (shown or {name: graph.names[name] for name in spec.flow}).items():
        operations = [graph.nodes[i].operation for i in upstream(graph.nodes, (index,))]
        read = _fields_read(graph, [op for op in operations if isinstance(op, Source)])
        made = any(isinstance(op, NetworkCall) for op in operations)
        shape, about = graph.nodes[index].shape, spec.data.fields.get(read[0]) if read else None
        if not (made and len(read) == 1 and isinstance(about, ImageField)):
            continue
        if isinstance(shape, Tensor) and shape.is_image and shape.channels in (1, 3):
            low, high = shape.range or about.range
            found.setdefault(read[0], Translation(read[0], about, image, (float(low), float(high))))
    return found


def _fields_read(graph: Graph, sources: list[Source]) -> list[str]:
    """The fields that these sources are read from."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    read = {
        n: c.field
        for n, c in graph.spec.conditions.items()
        if c.draw == "same" or not isinstance(fields[c.field], ClassField)
    }
    names = [read.get(s.name, s.name) for s in sources if s.role == "field" or s.name in read]
    return list(dict.fromkeys(names))


def _translate(
    run: Path, chosen: Translation, place: Path, out: Path, seed: int, device: str
) -> Translated:
    """Write the translations, and a picture of before and after."""
    import torch

    from ganforge.runtime.images import decode_images
    from ganforge.runtime.samples import as_bytes, save_grid, side_by_side

    loaded = load_changed(run, device, showing([chosen.image]))
    root, names = _images(place)
    paths, shown = _results(out, names), []
    about = {"channels": chosen.about.channels, "size": tuple(chosen.about.size)}
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        before = decode_images(root, part, about)
        real = {chosen.field: before.to(loaded.state.noise.device)}
        made = loaded.module.sample(loaded.state, real, len(part), seed)
        after = as_bytes(made, *chosen.range).cpu()
        for path, image in zip(paths[start:], after, strict=False):
            _write(image, path)
        if start < SHOWN:
            shown.append(side_by_side([before, after]))
    picture = out.with_name(f"{out.stem}-beside.png" if _is_picture(out) else f"{out.name}.png")
    save_grid(torch.cat(shown), picture, columns=8, low=0, high=255)
    return Translated(len(names), out, picture)


def _enlarge(
    run: Path, graph: Graph, found: Enlargement, place: Path, out: Path, seed: int, device: str
) -> Translated:
    """Write what is made of photographs at their own size, one at a time."""
    from ganforge.runtime.images import open_image, pixels_of
    from ganforge.runtime.samples import as_bytes

    loaded = load_changed(run, device, *changes(graph, found))
    root, names = _images(place)
    opened = root if root.is_dir() else zipfile.Path(root)
    figures: dict[str, Mapping[str, float]] = {}
    for name, path in zip(names, _results(out, names), strict=True):
        photograph = pixels_of(open_image(opened, name, found.channels))
        height, width = (side // found.unit * found.unit for side in photograph.shape[1:])
        if not height or not width:
            raise CannotStart(
                f"{name} is too small: its sides must be at least {found.unit} pixels"
            )
        photograph = photograph[:, :height, :width]
        made = as_bytes(enlarge(loaded, found, photograph, seed), *found.shown)
        _write(made[0], path)
        if found.compared:
            figures[name] = figures_of(found, made, photograph, graph.spec.sample.shave)
    return Translated(len(names), out, figures=figures)


def _images(place: Path) -> tuple[Path, list[str]]:
    """The folder or zip file, and the images in it; a file that is no zip is one image."""
    from ganforge.runtime.images import list_images

    if _is_one_image(place):
        return place.parent, [place.name]
    return place, list_images(place)


def _is_one_image(place: Path) -> bool:
    return place.is_file() and not zipfile.is_zipfile(place)


def _is_picture(out: Path) -> bool:
    """Whether results go into one file, not into a folder."""
    return out.suffix.lower() == ".png" and not out.is_dir()


def _results(out: Path, names: list[str]) -> list[Path]:
    """The file for each image: its name, with the suffix that tells it from others where needed."""
    if _is_picture(out):
        return [out]
    stems = [os.path.splitext(name)[0] for name in names]
    uses = Counter(stems)
    named = zip(stems, names, strict=True)
    return [out / f"{stem if uses[stem] == 1 else name}.png" for stem, name in named]


def _write(image: torch.Tensor, path: Path) -> None:
    """An image (C, H, W) of bytes as a PNG."""
    from PIL import Image

    encoded, pixels = io.BytesIO(), image.permute(1, 2, 0).numpy()
    Image.fromarray(pixels[:, :, 0] if len(image) == 1 else pixels).save(encoded, "PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, encoded.getvalue())
