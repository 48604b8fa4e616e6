"""Images in a folder or a zip file; the folders inside it are the classes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.images import list_images, read_images


def open_folder(path: str, fields: dict[str, Any]) -> Data:
    """The images below a folder or in a zip file."""
    root = Path(path).expanduser()
    images = list_images(root)
    values = {
        name: read_images(root, images, about)
        for name, about in fields.items()
        if about["kind"] == "image"
    }
    return Data(len(images), lambda index: {name: values[name][index] for name in values})


def open_class_folder(path: str, fields: dict[str, Any]) -> Data:
    """The same, and each image's class: its folder below the last one that all images share."""
    labels = read_classes(path, list_images(Path(path).expanduser()), fields)
    data = open_folder(path, fields)
    return Data(data.count, lambda index: data.read(index) | {n: labels[n][index] for n in labels})


def read_classes(root: str, images: list[str], fields: dict[str, Any]) -> dict[str, Tensor]:
    """By class field, the number of each image's folder below the last one that all share."""
    shared = os.path.commonpath([os.path.dirname(image) for image in images])
    folders = ["".join(Path(image).relative_to(shared).parts[:-1][:1]) for image in images]
    found, numbers = np.unique(folders, return_inverse=True)
    classes = {name: about["classes"] for name, about in fields.items() if "classes" in about}
    for name, count in classes.items():
        if "" in found:
            text = f"has images outside of class folders, which the field {name!r} needs"
            raise RunError(f"{root} {text}: put each class into a folder, or leave the field out.")
        if len(found) != count:
            text = f"has {len(found)} class folders, the field {name!r} declares {count} classes"
            raise RunError(f"{root} {text}: declare {len(found)}.")
    return dict.fromkeys(classes, torch.from_numpy(numbers))
