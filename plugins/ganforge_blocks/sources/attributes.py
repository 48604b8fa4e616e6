"""What the images of a folder or zip file have and lack: from a list beside them, or by folder."""

from __future__ import annotations

import csv
import os
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.runtime.errors import RunError
from ganforge.runtime.images import list_images

LISTS = ("attributes.csv", "list_attr_celeba.csv", "list_attr_celeba.txt")


def read_attributes(path: str, fields: dict[str, Any]) -> dict[str, Tensor]:
    """Attributes (N, K) of the images in their order, 1 or 0, for each field of them."""
    root = Path(path).expanduser()
    images = list_images(root)
    found: dict[str, Tensor] = {}
    for name, about in fields.items():
        if about["kind"] == "attributes":
            file = find_list(root, about)
            known, rows = read_list(file) if file else by_folder(root, images)
            columns = chosen_columns(f"{file or root}", name, about, known)
            values = torch.tensor(rows_of(images, rows, f"{file or root}"), dtype=torch.float32)
            found[name] = values[:, columns]
    return found


def find_list(root: Path, about: dict[str, Any]) -> Path | zipfile.Path | None:
    """The list that a field names, else one with a usual name; None where there is none."""
    place = root if root.is_dir() else zipfile.Path(root)
    wanted = [about["from"]] if "from" in about else LISTS
    for name in wanted:
        if (place / name).is_file():
            return place / name
    if "from" in about:
        raise RunError(f"{root} has no file {about['from']!r}: `from` names a list of attributes.")
    return None


def read_list(file: Path | zipfile.Path) -> tuple[list[str], dict[str, list[int]]]:
    """The names of the attributes, and by image without suffix what it has, 1, and lacks, 0."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{file} cannot be read as text ({error}): save it as UTF-8.") from error
    if file.name.lower().endswith(".csv"):
        lines = [line for line in csv.reader(text.splitlines()) if line]
        names = [name.strip() for name in lines[0][1:]] if lines else []
    else:  # of CelebA: how many there are, their names, and a line for each image
        lines = [line.split() for line in text.splitlines()[1:] if line.strip()]
        names = lines[0] if lines else []
    rows = {}
    for line in lines[1:]:
        values = [value.strip() for value in line[1:]]
        if len(values) != len(names) or not set(values) <= {"1", "0", "-1"}:
            text = f"{file}: the line of {line[0]!r} must have 1, 0 or -1 for each of"
            raise RunError(f"{text} {len(names)} attributes.")
        rows[os.path.splitext(line[0].strip())[0]] = [int(value == "1") for value in values]
    if not rows:
        raise RunError(f"{file} names no images: it needs a line of names, and one for each image.")
    return names, rows


def by_folder(root: Path, images: list[str]) -> tuple[list[str], dict[str, list[int]]]:
    """The folders below the last one that all images share as attributes, each image of its own."""
    shared = os.path.commonpath([os.path.dirname(image) for image in images])
    folders = [Path(image).relative_to(shared).parts[:-1][:1] for image in images]
    names = sorted({folder[0] for folder in folders if folder})
    if not all(folders) or not names:
        text = f"{root} has no list of attributes ({', '.join(LISTS)}) and no folder for each"
        raise RunError(f"{text}: add the one or the other.")
    told = zip(images, folders, strict=True)
    return names, {os.path.splitext(i)[0]: [int(f[0] == name) for name in names] for i, f in told}


def chosen_columns(place: str, field: str, about: dict[str, Any], known: list[str]) -> list[int]:
    """Which of the attributes a field takes: those it names, or all."""
    there = ", ".join(known[:50])
    missing = [name for name in about.get("names", ()) if name not in known]
    if missing:
        raise RunError(f"{place} has no attribute {missing[0]!r}: it has {there}.")
    if "names" not in about and len(known) != about["size"]:
        text = f"{place} has {len(known)} attributes, the field {field!r} declares {about['size']}"
        raise RunError(f"{text}: choose some by `names`, of {there}.")
    return [known.index(name) for name in about.get("names", known)]


def rows_of(images: list[str], rows: dict[str, list[int]], place: str) -> list[list[int]]:
    """What a list says of each image, under its path or, where no other has it, its bare name."""
    paths = [os.path.splitext(image)[0] for image in images]
    bare = Counter(path.rpartition("/")[2] for path in paths)
    found = []
    for path, image in zip(paths, images, strict=True):
        name = path.rpartition("/")[2]
        if path not in rows and bare[name] > 1 and name in rows:
            raise RunError(f"{place} has {name!r}, as {bare[name]} images are called: say folders.")
        row = rows.get(path, rows.get(name))
        if row is None:
            raise RunError(f"{place} has no line for {image}: add one, or remove the image.")
        found.append(row)
    return found
