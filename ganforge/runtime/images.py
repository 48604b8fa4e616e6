"""Image files as tensors."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from ganforge.runtime.errors import RunError


def decode_image(root: Path | zipfile.Path, about: dict[str, Any], name: str) -> Tensor:
    """An image (C, H, W) that covers the field's size, cropped; transparency on white."""
    try:
        with Image.open(io.BytesIO((root / name).read_bytes())) as opened:
            image: Image.Image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # 16 bits
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("L" if about["channels"] == 1 else "RGB")
            image = ImageOps.fit(image, about["size"][::-1], Image.Resampling.LANCZOS)
    except Exception as error:  # Pillow raises many kinds for a broken file
        raise RunError(f"{name} in {root} cannot be read as an image: remove it.") from error
    return torch.from_numpy(np.array(image)).reshape(*about["size"], -1).permute(2, 0, 1)


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
    root = place if place.is_dir() else zipfile.Path(place)
    values = torch.empty((len(images), about["channels"], *about["size"]), dtype=torch.uint8)
    with ThreadPoolExecutor() as pool:
        decoded = pool.map(partial(decode_image, root, about), images)
        for row, image in zip(values, decoded, strict=True):
            row.copy_(image)
    return values
