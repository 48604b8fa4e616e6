"""Large images in a folder or a zip file, cut into tiles."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageOps
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge.runtime.images import list_images, open_image, pixels_of


def open_tiles(path: str, fields: dict[str, Any]) -> Data:
    """The images below a folder or in a zip file, decoded into memory, each tile a sample."""
    root = Path(path).expanduser()
    images = list_images(root)
    ((name, about),) = fields.items()
    place = root if root.is_dir() else zipfile.Path(root)
    with ThreadPoolExecutor() as pool:
        values = torch.cat(list(pool.map(partial(tiles_of, place, about), images)))
    return Data(len(values), lambda index: {name: values[index]})


def tiles_of(root: Path | zipfile.Path, about: dict[str, Any], name: str) -> Tensor:
    """An image as tiles (N, C, H, W) side by side, around its centre; one that is smaller than a
    tile is enlarged to cover one.
    """
    image = open_image(root, name, about["channels"])
    height, width = about["size"]
    if image.height < height or image.width < width:
        image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    rows, columns = image.height // height, image.width // width
    top, left = (image.height - rows * height) // 2, (image.width - columns * width) // 2
    whole = pixels_of(image)[:, top : top + rows * height, left : left + columns * width]
    tiles = whole.unfold(1, height, height).unfold(2, width, width)
    return tiles.permute(1, 2, 0, 3, 4).flatten(0, 1)
