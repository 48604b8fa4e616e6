"""Images in a folder or a zip file; the first folder on an image's path is its class."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps

from ganforge.runtime.data import Arrays, fields_of
from ganforge.runtime.errors import DataError

TYPES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


def open_folder(path: str, fields: dict[str, dict[str, Any]]) -> Arrays:
    """All images below a folder or in a zip file, resized to cover the field and cropped."""
    kinds = fields_of("folder", fields, **{"image": 1, "class": 1})
    root = Path(path).expanduser()
    images = list_images(root)
    found = {name: cached_images(root, images, fields[name]) for name in kinds["image"]}
    for name in kinds["class"]:
        found[name] = class_labels(root, images, name, fields[name]["classes"])
    return Arrays(found)


def list_images(root: Path) -> list[str]:
    """The paths of the images inside a folder or a zip file, sorted."""
    if root.is_dir():
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")]
    elif root.is_file() and zipfile.is_zipfile(root):
        with zipfile.ZipFile(root) as archive:
            names = archive.namelist()
    else:
        raise DataError(f"{root} is no folder and no zip file: check the path after `folder:`.")
    hidden = ("/.", "/__MACOSX")
    images = [name for name in names if name.lower().endswith(TYPES)]
    images = [name for name in images if not any(part in f"/{name}" for part in hidden)]
    if not images:
        raise DataError(f"{root} holds no images: it needs files of {' '.join(TYPES)}.")
    return sorted(images)


def class_labels(root: Path, images: list[str], name: str, classes: int) -> torch.Tensor:
    """Each image's class (N): the number of its folder below the last one that all share."""
    shared = os.path.commonpath([os.path.dirname(image) for image in images])
    folders = [image[len(shared) :].strip("/").rpartition("/")[0] for image in images]
    labels = [folder.partition("/")[0] for folder in folders]
    found = sorted(set(labels) - {""})
    if "" in labels:
        raise DataError(
            f"The class field {name!r} needs class folders, and {root} has images outside of them: "
            "put each class into a folder or leave the field out."
        )
    if len(found) != classes:
        raise DataError(
            f"The field {name!r} declares {classes} classes, and {root} has {len(found)} "
            f"class folders: declare {len(found)}."
        )
    return torch.tensor([found.index(label) for label in labels])


def cached_images(root: Path, images: list[str], field: dict[str, Any]) -> torch.Tensor:
    """The images as bytes (N, C, H, W), decoded once into a file of the user's cache."""
    stats = [root.stat(), *((root / name).stat() for name in images if root.is_dir())]
    changed = [(stat.st_mtime_ns, stat.st_size) for stat in stats]
    key = repr((root.resolve(), images, changed, field["channels"], field["size"]))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ganforge"
    path = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            decode_images(root, images, field, temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return torch.from_numpy(np.load(path, mmap_mode="c"))


def decode_images(root: Path, images: list[str], field: dict[str, Any], path: Path) -> None:
    """Decode all images into a new `.npy` file."""
    shape = (len(images), field["channels"], *field["size"])
    array = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    archive = None if root.is_dir() else zipfile.ZipFile(root)
    decode = partial(decode_image, root, archive, shape[1], shape[2:])
    with ThreadPoolExecutor(2) as pool:
        for row, image in zip(array, pool.map(decode, images), strict=True):
            row[:] = image
    array.flush()


def decode_image(
    root: Path, archive: zipfile.ZipFile | None, channels: int, size: tuple[int, int], name: str
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """One image (C, H, W): transparency on white, 16 bits cut to 8, colours as the field asks."""
    try:
        with Image.open(io.BytesIO(archive.read(name)) if archive else root / name) as opened:
            image: Image.Image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            if image.has_transparency_data and channels < 4:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[channels])
            image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
    except Exception as error:  # Pillow raises many kinds for a broken file
        raise DataError(
            f"{name} in {root} cannot be read ({error}): repair or remove it."
        ) from error
    return np.asarray(image).reshape(*size, channels).transpose(2, 0, 1)
