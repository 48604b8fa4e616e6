"""The classifier of `ganforge train-features`, as features by which images are compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor

from ganforge.runtime.errors import RunError
from ganforge_blocks.modules.pretrained import Pretrained


class ClassifierFeatures(Pretrained):
    """Features of images (B, channels, H, W) of any size, with values in `low`..`high`.

    Each convolution has a batch norm, by its running statistics, and a ReLU behind it.
    """

    def __init__(
        self,
        channels: int,
        widths: Sequence[int],
        strides: Sequence[int],
        *,
        size: int = 32,
        folder: str = "",
        low: float = -1.0,
        high: float = 1.0,
    ) -> None:
        """widths, strides: of the convolutions up to the one whose values are given.
        size: of the images that the classifier was trained on.
        folder: as `ganforge train-features` wrote it; without it weights are random.
        """
        shapes = norms_and_convolutions([channels, *widths])
        file = f"{folder}/features.safetensors" if folder else ""
        super().__init__("a classifier", shapes, file=file, key="folder", low=low, high=high)
        self.channels, self.size = channels, size
        self.folder, self.strides = folder, tuple(strides)

    def prepare(self) -> None:
        """As other networks, once the folder holds what the spec says. Raises `RunError`."""
        if self.folder:
            check_record(Path(self.folder).expanduser(), self.channels, self.size)
        super().prepare()

    def forward(self, images: Tensor) -> Tensor:
        x, weights = 2 * self.scaled(images) - 1, self.weights_for(images)
        for place, stride in enumerate(self.strides):
            x = F.conv2d(x, weights[f"body.{3 * place}.weight"], stride=stride, padding=1)
            mean, variance, scale, shift = (
                weights[f"body.{3 * place + 1}.{name}"]
                for name in ("running_mean", "running_var", "weight", "bias")
            )
            x = F.relu(F.batch_norm(x, mean, variance, scale, shift))
        return x


def norms_and_convolutions(widths: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The shapes of weights by their names in the file."""
    shapes: dict[str, tuple[int, ...]] = {}
    for place, (inputs, outputs) in enumerate(pairwise(widths)):
        shapes[f"body.{3 * place}.weight"] = (outputs, inputs, 3, 3)
        for name in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"body.{3 * place + 1}.{name}"] = (outputs,)
    return shapes


def check_record(folder: Path, channels: int, size: int) -> None:
    """Raises `RunError` where a folder holds no classifier of such images."""
    try:
        about = json.loads((folder / "features.json").read_text("utf-8"))
        found = about["channels"], about["size"]
    except (OSError, ValueError, LookupError, TypeError):
        text = f"{folder} holds no classifier: `ganforge train-features` makes one"
        raise RunError(f"{text}; check the path.") from None
    if found[0] != channels:
        text = f"{folder} is a classifier of images of channels {found[0]}, and is given {channels}"
        raise RunError(f"{text}: train one with `--channels {channels}`.")
    if found[1] != size:
        text = f"{folder} is a classifier of images of size {found[1]}, and the spec says {size}"
        raise RunError(f"{text}: write `size = {found[1]}` in its layer.")
