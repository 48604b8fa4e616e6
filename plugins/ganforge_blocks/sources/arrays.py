"""Images and labels that are stored as whole arrays."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ganforge.runtime.errors import RunError


def fit_images(images: Tensor, about: dict[str, Any]) -> Tensor:
    """Images (N, C, H, W) as the field asks: resized to cover it, cropped, grey or in colour."""
    height, width = about["size"]
    scale = max(height / images.shape[2], width / images.shape[3])
    covering = [max(1, round(side * scale)) for side in images.shape[2:]]
    top, left = (covering[0] - height) // 2, (covering[1] - width) // 2
    if covering != list(images.shape[2:]):
        resize = partial(interpolate, size=covering, mode="bilinear", antialias=True)
        images = torch.cat([resize(part) for part in images.split(4096)])
    images = images[:, :, top : top + height, left : left + width]
    if about["channels"] < images.shape[1]:  # the luma of ITU-R 601-2
        weights = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
        images = torch.cat([(part * weights).sum(1, True).round() for part in images.split(4096)])
    return images.expand(-1, about["channels"], -1, -1).to(torch.uint8).contiguous()


def check_labels(
    labels: Tensor, file: Path | str, images: int, name: str, fields: dict[str, Any]
) -> Tensor:
    """Labels (N) as int64; `RunError` where they fit neither the images nor the field."""
    classes = fields[name]["classes"]
    if labels.shape != (images,):
        raise RunError(f"{file} has the shape {list(labels.shape)} for {images} images.")
    if labels.min() < 0:
        raise RunError(f"{file} has labels below 0: classes are counted from 0.")
    if labels.max() >= classes:
        raise RunError(
            f"The field {name!r} declares {classes} classes, and {file} has labels up to "
            f"{int(labels.max())}: declare {int(labels.max()) + 1}."
        )
    return labels.long()
