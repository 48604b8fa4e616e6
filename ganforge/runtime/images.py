"""Image files as tensors."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ganforge.runtime.errors import RunError

DECODED_KEPT = 4 << 30  # bytes of decoded images that stay in memory


def open_image(root: Path | zipfile.Path, name: str, channels: int) -> Image.Image:
    """An image in its own size, grey or in colour; transparency on white."""
    try:
        with Image.open(io.BytesIO((root / name).read_bytes())) as opened:
            image: Image.Image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # 16 bits
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return image.convert("L" if channels == 1 else "RGB")
    except Exception as error:  # Pillow raises many kinds for a broken file
        raise RunError(f"{name} in {root} cannot be read as an image: remove it.") from error


def pixels_of(image: Image.Image) -> Tensor:
    """An image as bytes (C, H, W)."""
    return torch.from_numpy(np.array(image)).reshape(image.height, image.width, -1).permute(2, 0, 1)


def decode_image(root: Path | zipfile.Path, about: dict[str, Any], name: str) -> Tensor:
    """An image (C, H, W) that covers the field's size, cropped."""
    image = open_image(root, name, about["channels"])
    return pixels_of(ImageOps.fit(image, about["size"][::-1], Image.Resampling.LANCZOS))


def list_images(root: Path) -> list[str]:
    """The paths of the images inside a folder or a zip file, sorted."""
    if root.is_dir():
        paths = [path.relative_to(root).as_posix() for path in root.rglob("*")]
    elif zipfile.is_zipfile(root):
        paths = zipfile.ZipFile(root).namelist()
    else:
        raise RunError(f"{root} is no folder and no zip file: check the path.")
    types = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
    visible = [path for path in paths if not re.search(r"(^|/)(\.|__MACOSX)", path)]
    images = sorted(path for path in visible if path.lower().endswith(types))
    if not images:
        raise RunError(f"{root} holds no images: it needs files of {' '.join(types)}.")
    return images


def decode_images(place: Path, images: list[str], about: dict[str, Any]) -> Tensor:
    """Images (N, C, H, W) of a folder or a zip file as a field asks for them."""
    return ImageFiles(place, images, about)[range(len(images))]


class ImageFiles:
    """Images of a folder or a zip file, which are decoded whenever they are asked for."""

    def __init__(self, place: Path, images: list[str], about: dict[str, Any]) -> None:
        self.root = place if place.is_dir() else zipfile.Path(place)
        self.images, self.about = images, about

    def __getitem__(self, index: Sequence[int]) -> Tensor:
        """The images (N, C, H, W) of these numbers."""
        shape = len(index), self.about["channels"], *self.about["size"]
        values = torch.empty(shape, dtype=torch.uint8)
        names = [self.images[number] for number in index]
        with ThreadPoolExecutor() as pool:
            decoded = pool.map(partial(decode_image, self.root, self.about), names)
            for row, image in zip(values, decoded, strict=True):
                row.copy_(image)
        return values


def read_images(place: Path, images: list[str], about: dict[str, Any]) -> Tensor | ImageFiles:
    """Images by their numbers: decoded into memory at once, or from their files if they would
    take more than 4 GiB.
    """
    files = ImageFiles(place, images, about)
    size = len(images) * about["channels"] * math.prod(about["size"])
    return files if size > DECODED_KEPT else files[range(len(images))]
