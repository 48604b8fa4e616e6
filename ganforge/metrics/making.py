"""Making an extractor: from labelled data to a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from ganforge.errors import CannotStart
from ganforge.metrics.classifier import WIDEST, Classifier
from ganforge.metrics.extractor import Extractor, check_free, save_extractor
from ganforge.metrics.labelled import Labelled, open_labelled
from ganforge.metrics.training import Epoch, trained_epochs, usual_epochs
from ganforge.plugins.registry import load_registry
from ganforge.runs.about import made_by
from ganforge.runs.data import checked_place
from ganforge.runs.device import chosen_device

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Request:
    """What an extractor is asked for; None is the usual."""

    data: str
    given_name: str | None
    out: Path | None
    classes: int
    channels: int
    size: int
    count: int
    given_epochs: int | None
    seed: int
    device: str

    @cached_property
    def name(self) -> str:
        """What results call the extractor. Raises `CannotStart` where it is no name of a file."""
        kind, _, path = self.data.partition(":")
        name = self.given_name or f"classifier-{Path(path).expanduser().resolve().stem or kind}"
        name = name if path or self.given_name else f"classifier-{kind}"
        if not _NAME.fullmatch(name):
            raise CannotStart(f"`{name}` is no name for results: say `--name` with letters and `-`")
        return name

    @property
    def folder(self) -> Path:
        return self.out or Path("features") / self.name


def train_features(request: Request, overwrite: bool, tell: Callable[[str], None]) -> Extractor:
    """Train an extractor and save it in `request.folder`. tell: is given a line per epoch.

    Raises `CannotStart`, and `RunError` where the data cannot be read.
    """
    check_free(request.folder, overwrite)
    registry = load_registry()
    place, device = checked_place(request.data, registry), chosen_device(request.device)
    data = open_labelled(
        place,
        registry,
        request.channels,
        request.size,
        request.classes,
        request.count,
        request.seed,
    )
    epochs = request.given_epochs or usual_epochs(len(data.trained))
    with torch.random.fork_rng():
        torch.manual_seed(request.seed)
        classifier = Classifier(request.channels, request.size, request.classes).to(device)
        for epoch in trained_epochs(classifier, data, epochs, request.seed):
            tell(
                f"epoch {epoch.number} of {epochs}  loss {epoch.loss:.4g}  "
                f"held-out accuracy {epoch.accuracy:.4f}"
            )
    about = {**_about(request, place, data, epoch), **made_by(registry)}
    extractor = Extractor(classifier.eval().requires_grad_(False), about)
    save_extractor(extractor, request.folder)
    return extractor


def _about(request: Request, place: str, data: Labelled, last: Epoch) -> dict[str, Any]:
    return {
        "name": request.name,
        "data": place,
        "size": request.size,
        "channels": request.channels,
        "classes": request.classes,
        "features": WIDEST,
        "accuracy": last.accuracy,
        "held_out": len(data.held_out),
        "images": len(data.trained),
        "epochs": last.number,
        "seed": request.seed,
    }
