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
from torch import Tensor

from ganforge.runtime.data import Arrays, Fields
from ganforge.runtime.errors import DataError

TYPES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


def open_folder(path: str, fields: Fields) -> Arrays:
    """The images below a folder or in a zip file: an image field, and a class field if asked."""
    root, found = Path(path).expanduser(), {}
    images = list_images(root)
    for name, field in fields.items():
        if field["kind"] == "image":
            found[name] = cached_images(root, images, field["channels"], field["size"])
        elif field["kind"] == "class":
            found[name] = class_labels(root, images, name, field["classes"])
        else:
            raise DataError(f"A folder has nothing for the {field['kind']} field {name!r}.")
    return Arrays(found)


def list_images(root: Path) -> list[str]:
    """The paths of the images inside a folder or a zip file, sorted."""
    if root.is_dir():
        paths = [path.relative_to(root) for path in root.rglob("*")]
    elif zipfile.is_zipfile(root):
        paths = [Path(name) for name in zipfile.ZipFile(root).namelist()]
    else:
        raise DataError(f"{root} is no folder and no zip file: check the path.")
    visible = [path for path in paths if not any(part[0] in "._" for part in path.parts)]
    images = [path.as_posix() for path in visible if path.suffix.lower() in TYPES]
    if not images:
        raise DataError(f"{root} holds no images: it needs files of {' '.join(TYPES)}.")
    return sorted(images)


def class_labels(root: Path, images: list[str], name: str, classes: int) -> Tensor:
    """Each image's class (N): the number of its folder below the last one that all share."""
    shared = os.path.commonpath([os.path.dirname(image) for image in images])
    labels = [image[len(shared) :].strip("/").rpartition("/")[0].split("/")[0] for image in images]
    found = sorted(set(labels))
    if "" in found:
        text = f"has images outside of class folders, which the field {name!r} needs"
        raise DataError(f"{root} {text}: put each class into a folder, or leave the field out.")
    if len(found) != classes:
        text = f"has {len(found)} class folders, the field {name!r} declares {classes} classes"
        raise DataError(f"{root} {text}: declare {len(found)}.")
    return torch.tensor([found.index(label) for label in labels])


def cached_images(root: Path, images: list[str], channels: int, size: tuple[int, int]) -> Tensor:
    """The images as bytes (N, C, H, W), decoded once into a file of the user's cache."""
    stats = [(root / name).stat() for name in (images if root.is_dir() else [""])]
    key = [root.resolve(), images, [(s.st_mtime_ns, s.st_size) for s in stats], channels, size]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ganforge"
    path = cache / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            shape = (len(images), channels, *size)
            array = np.lib.format.open_memmap(temporary, "w+", np.uint8, shape)
            archive = None if root.is_dir() else zipfile.ZipFile(root)
            decode = partial(decode_image, root, archive, channels, size)
            with ThreadPoolExecutor(2) as pool:
                for row, image in zip(array, pool.map(decode, images), strict=True):
                    row[:] = image
            array.flush()
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return torch.from_numpy(np.load(path, mmap_mode="c"))


def decode_image(
    root: Path, archive: zipfile.ZipFile | None, channels: int, size: tuple[int, int], name: str
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """One image (C, H, W), resized to cover and cropped; transparency on white, 16 bits cut."""
    try:
        with Image.open(io.BytesIO(archive.read(name)) if archive else root / name) as opened:
            image: Image.Image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("L" if channels == 1 else "RGB")
            image = ImageOps.fit(image, size[::-1], Image.Resampling.LANCZOS)
    except Exception as error:  # Pillow raises many kinds for a broken file
        raise DataError(f"{name} in {root} cannot be read ({error}): repair it.") from error
    return np.asarray(image).reshape(*size, channels).transpose(2, 0, 1)
