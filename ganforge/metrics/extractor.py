"""A trained classifier in a folder: its weights, and a record of what it was trained on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.classifier import Classifier
from ganforge.metrics.images import fitted, fitted_values

RECORD, WEIGHTS = "features.json", "features.safetensors"


@dataclass(frozen=True)
class Extractor:
    """A classifier that gives features, and what `features.json` says of it."""

    classifier: Classifier
    about: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.about["name"])

    @property
    def classes(self) -> int:
        """How many it tells apart; 0 where it tells attributes."""
        return int(self.about.get("classes", 0))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that it tells; none where it tells classes."""
        return tuple(self.about.get("attributes", ()))

    @torch.no_grad()
    def read(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, 128) of images as bytes (B, C, H, W), and the classes (B) recognised."""
        inputs = fitted(images, self.about["channels"], self.about["size"])
        features = self.classifier.features(inputs)
        return features, self.classifier.head(features).argmax(1)

    @torch.no_grad()
    def logits(self, images: Tensor) -> Tensor:
        """A number for each class or attribute (B, K), of images as bytes (B, C, H, W)."""
        logits: Tensor = self.classifier(fitted(images, self.about["channels"], self.about["size"]))
        return logits

    def stages(self, images: Tensor) -> list[Tensor]:
        """What the layers see in images (B, C, H, W) in -1..1, as `Classifier.stages`."""
        inputs = fitted_values(images, self.about["channels"], self.about["size"])
        return self.classifier.stages(inputs)


def is_extractor(folder: Path) -> bool:
    """Whether an extractor lies in this folder."""
    return (folder / RECORD).is_file()


def check_free(folder: Path, overwrite: bool) -> None:
    """Raises `CannotStart` where an extractor would be replaced unasked, or something else."""
    if not folder.exists():
        return
    if not is_extractor(folder):
        raise CannotStart(f"{folder} exists and is no extractor: take another folder with `--out`")
    if not overwrite:
        raise CannotStart(f"{folder} exists: `--overwrite` replaces it, `--out` takes another")


def save_extractor(extractor: Extractor, folder: Path) -> None:
    """Write an extractor, in place of an older one: it is there whole or not at all."""
    temporary = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    weights = {key: value.contiguous() for key, value in extractor.classifier.state_dict().items()}
    save_file(weights, temporary / WEIGHTS)
    (temporary / RECORD).write_text(json.dumps(extractor.about, indent=2) + "\n", "utf-8")
    if is_extractor(folder):
        shutil.rmtree(folder)
    temporary.rename(folder)


def load_extractor(folder: Path, device: str) -> Extractor:
    """The extractor in a folder. Raises `CannotStart` where there is none, or it is damaged."""
    if not is_extractor(folder):
        raise CannotStart(
            f"{folder} is no extractor: it has no `{RECORD}`; `ganforge train-features` makes one"
        )
    try:
        about = json.loads((folder / RECORD).read_text("utf-8"))
        with torch.device("meta"):  # draws no weights
            outputs = len(about.get("attributes", ())) or about["classes"]
            classifier = Classifier(about["channels"], about["size"], outputs)
        classifier.load_state_dict(load_file(folder / WEIGHTS), assign=True)
        name = about["name"]
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise CannotStart(f"{folder} is damaged ({error}): train the extractor anew") from error
    return Extractor(classifier.to(device).eval().requires_grad_(False), {**about, "name": name})
