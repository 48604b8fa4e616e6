"""Making an extractor: from labelled data to a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ganforge.errors import CannotStart
from ganforge.metrics.classifier import WIDEST, Classifier
from ganforge.metrics.extractor import Extractor, check_free, save_extractor
from ganforge.metrics.labelled import Labelled, labelled_fields, open_labelled
from ganforge.metrics.training import Epoch, trained_epochs, usual_epochs
from ganforge.plugins.registry import load_registry
from ganforge.runs.about import made_by
from ganforge.runs.data import checked_place
from ganforge.runs.device import chosen_device

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Request:
    """What an extractor is asked for; None is the usual.

    attributes: what it learns to tell in place of classes: of each image whether it holds or not.
    """

    data: str
    classes: int = 10
    attributes: tuple[str, ...] = ()
    channels: int = 3
    size: int = 32
    count: int = 60_000
    epochs: int | None = None
    seed: int = 0
    device: str = "auto"
    name: str | None = None
    out: Path | None = None
    overwrite: bool = False

    @property
    def title(self) -> str:
        """What results call the extractor. Raises `CannotStart` where it is no name of a file."""
        kind, _, path = self.data.partition(":")
        shown = Path(path).expanduser().resolve().stem if path else kind
        title = self.name or f"{'attributes' if self.attributes else 'classifier'}-{shown}"
        if not _NAME.fullmatch(title):
            raise CannotStart(f"`{title}` is no name for results: say `--name` in letters and `-`")
        return title

    @property
    def outputs(self) -> int:
        """A number for each class, or for each attribute."""
        return len(self.attributes) or self.classes

    @property
    def folder(self) -> Path:
        return self.out or Path("features") / self.title


def train_features(request: Request, tell: Callable[[str], None]) -> Extractor:
    """Train an extractor and save it in `request.folder`. tell: is given a line an epoch.

    Raises `CannotStart`, and `RunError` where the data cannot be read.
    """
    check_free(request.folder, request.overwrite)
    registry = load_registry()
    place, device = checked_place(request.data, registry), chosen_device(request.device)
    fields = labelled_fields(request.channels, request.size, request.classes, request.attributes)
    data = open_labelled(place, registry, fields, request.count, request.seed)
    epochs = request.epochs or usual_epochs(len(data.trained))
    with torch.random.fork_rng():
        torch.manual_seed(request.seed)
        classifier = Classifier(request.channels, request.size, request.outputs).to(device)
        for epoch in trained_epochs(classifier, data, epochs, request.seed):
            far = f"epoch {epoch.number} of {epochs}  loss {epoch.loss:.4g}"
            tell(f"{far}  held-out accuracy {epoch.accuracy:.4f}")
    about = {**_about(request, place, data, epoch), **made_by(registry)}
    extractor = Extractor(classifier.eval().requires_grad_(False), about)
    save_extractor(extractor, request.folder)
    return extractor


def _about(request: Request, place: str, data: Labelled, last: Epoch) -> dict[str, Any]:
    return {
        "name": request.title,
        "data": place,
        "size": request.size,
        "channels": request.channels,
        **_told(request, last),
        "features": WIDEST,
        "accuracy": last.accuracy,
        "held_out": len(data.held_out),
        "images": len(data.trained),
        "epochs": last.number,
        "seed": request.seed,
    }


def _told(request: Request, last: Epoch) -> dict[str, Any]:
    """What the classifier tells of images; of attributes how well it tells each."""
    if not request.attributes:
        return {"classes": request.classes}
    shares = dict(zip(request.attributes, last.accuracies, strict=True))
    return {"attributes": list(request.attributes), "accuracies": shares}
