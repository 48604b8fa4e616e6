"""Arrays in a file of NumPy."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge_blocks.sources.arrays import check_labels, fit_images


def open_npz(path: str, fields: dict[str, Any]) -> Data:
    """Images as bytes (N, H, W), (N, H, W, C) or (N, C, H, W), and classes (N), by their keys."""
    file, found = Path(path).expanduser(), dict[str, Tensor]()
    arrays = read_npz(file)
    keys = find_keys(file, arrays, fields)
    count = min(len(arrays[key]) for key in keys.values())
    for name, key in keys.items():
        values, about = torch.from_numpy(arrays[key]), fields[name]
        if len(values) != count:
            text = f"{key!r} in {file} has {len(values)} samples, another array {count}"
            raise RunError(f"{text}: give arrays of one length.")
        if about["kind"] == "image":
            found[name] = fit_images(channels_first(values, f"{key!r} in {file}"), about)
        else:
            found[name] = check_labels(values, f"{key!r} in {file}", count, name, fields)
    return Data(count, lambda index: {name: found[name][index] for name in found})


def read_npz(file: Path) -> dict[str, Any]:
    """The arrays of a file, by their keys."""
    try:
        with np.load(file) as arrays:
            return {key: np.asarray(arrays[key]) for key in arrays.files}
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        text = f"{file} is no file of `np.savez` with numbers: check the path."
        raise RunError(text) from error


def find_keys(file: Path, arrays: dict[str, Any], fields: dict[str, Any]) -> dict[str, str]:
    """By field the array that it is from, else the next one of its kind."""
    fit: dict[str, list[str]] = {"image": [], "class": []}
    for key, array in arrays.items():
        if array.dtype == np.uint8 and array.ndim in (3, 4) and array.size:
            fit["image"].append(key)
        elif array.dtype.kind in "iu" and array.ndim == 1 and array.size:
            fit["class"].append(key)
    keys: dict[str, str] = {}
    for name, about in fields.items():
        free = [key for key in fit[about["kind"]] if key not in keys.values()]
        keys[name] = about.get("from", free[0] if free else "")
        if keys[name] not in fit[about["kind"]]:
            needed = {"image": "images as bytes", "class": "whole numbers as classes"}
            there = ", ".join(f"{k!r} {a.dtype} {list(a.shape)}" for k, a in arrays.items())
            wanted = f"{needed[about['kind']]} in {about['from']!r}" if "from" in about else ""
            text = f"{file} has no {wanted or needed[about['kind']]} for the field {name!r}"
            raise RunError(f"{text}: it has {there or 'nothing'}.")
    return keys


def channels_first(images: Tensor, place: str) -> Tensor:
    """Images (N, C, H, W) with one or three channels."""
    if images.ndim == 3:
        return images[:, None]
    if images.shape[3] in (1, 3):
        return images.permute(0, 3, 1, 2)
    if images.shape[1] in (1, 3):
        return images
    raise RunError(f"{place} has the shape {list(images.shape)}: give 1 or 3 channels.")
