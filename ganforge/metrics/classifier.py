"""The network whose features metrics compare."""

from __future__ import annotations

from torch import Tensor, nn

WIDEST = 128
"""Channels of the last layers, and so the number of features."""


class Classifier(nn.Module):
    """A small convolutional classifier of square images (B, C, N, N) with values in -1..1.

    Each stage halves the sides and doubles the channels, until sides are at most 4. The features
    (B, 128) are the means of the last channels, as in Inception's last pooling layer.
    """

    def __init__(self, channels: int, size: int, classes: int) -> None:
        super().__init__()
        width = 16
        layers = _convolution(channels, width, stride=1)
        while size > 4:
            wider = min(2 * width, WIDEST)
            layers += _convolution(width, wider, stride=2)
            width, size = wider, (size + 1) // 2
        layers += _convolution(width, WIDEST, stride=1)
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(WIDEST, classes)

    def features(self, images: Tensor) -> Tensor:
        """The features (B, 128) of images."""
        means: Tensor = self.body(images).mean((2, 3))
        return means

    def stages(self, images: Tensor) -> list[Tensor]:
        """What each convolution sees in images: (B, C, H, W) behind its ReLU, with fewer places and
        more channels from one to the next.
        """
        seen, values = [], images
        for layer in self.body:
            values = layer(values)
            if isinstance(layer, nn.ReLU):
                seen.append(values)
        return seen

    def forward(self, images: Tensor) -> Tensor:
        """The logits (B, classes) of images."""
        logits: Tensor = self.head(self.features(images))
        return logits


def _convolution(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
