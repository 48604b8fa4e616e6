"""Images of several folders below one: pairs by their names, or one domain of several."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.images import list_images, read_images
from ganforge_blocks.sources.folder import read_classes


def open_subfolders(path: str, fields: dict[str, Any]) -> Data:
    """Images of the subfolders that `from` names, in a folder or a zip file.

    A sample's images have the same path below their subfolders, but for the suffix.
    """
    root, found = Path(path).expanduser(), dict[str, dict[str, str]]()
    images = list_images(root)
    for name, about in fields.items():
        if about["kind"] == "image" or "from" in about:
            folder = find_subfolder(root, images, name, about, len(found))
            found[name] = images_below(images, folder)
    check_pairs(root, found)
    keys = sorted(next(iter(found.values())))
    values: dict[str, Any] = dict(read_classes(path, keys, fields))
    for name, about in fields.items():
        if about["kind"] == "image":
            values[name] = read_images(root, [found[name][key] for key in keys], about)
    return Data(len(keys), lambda index: {name: values[name][index] for name in values})


def find_subfolder(
    root: Path, images: list[str], name: str, about: dict[str, Any], number: int
) -> str:
    """The subfolder of a field: the one it names, else the first or second of two."""
    shared = os.path.commonpath([os.path.dirname(image) for image in images])
    below = [Path(image).relative_to(shared).parts[:-1] for image in images]
    subfolders = sorted({parts[0] for parts in below if parts})
    there = ", ".join(subfolders[:8]) or "none"
    if "from" in about:
        for folder in (about["from"].strip("/"), f"{shared}/{about['from'].strip('/')}"):
            if any(image.startswith(f"{folder}/") for image in images):
                return folder
        text = f"has no images in {about['from']!r}, which the field {name!r} is from"
        raise RunError(f"{root} {text}: it has the folders {there}.")
    number = about.get("domain", number)
    if len(subfolders) != 2 or number > 1:
        text = f'`from = "..."` must say which is the field {name!r}'
        raise RunError(f"{root} has the folders {there}, not two: {text}.")
    return os.path.join(shared, subfolders[number])


def images_below(images: list[str], folder: str) -> dict[str, str]:
    """The images of a folder, by their path below it without suffix."""
    found: dict[str, str] = {}
    for image in images:
        if image.startswith(f"{folder}/"):
            key = os.path.splitext(image)[0].removeprefix(f"{folder}/")
            if key in found:
                raise RunError(f"{found[key]} and {image} have one name: rename one of them.")
            found[key] = image
    return found


def check_pairs(root: Path, found: dict[str, dict[str, str]]) -> None:
    """Raise `RunError` for an image that has no counterpart in another field's folder."""
    for images in found.values():
        for other, counterparts in found.items():
            lone = [images[key] for key in images if key not in counterparts]
            if lone:
                more = f" (and {len(lone) - 1} more)" if len(lone) > 1 else ""
                text = f"has no counterpart for the field {other!r}: add one of the same name"
                raise RunError(f"{lone[0]}{more} in {root} {text}, or say `paired = false`.")
