"""Layers and functions of generators that are driven by styles: vectors w (B, N), one per layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AdaIN(nn.Module):
    """Instance norm of images (B, C, H, W), then a scale and a shift from a style (B, N).

    Karras et al. 2018, https://arxiv.org/abs/1812.04948, equation 1; the scale is 1 plus what is
    learned, as in their code.
    """

    def __init__(self, channels: int, size: int, eps: float = 1e-8) -> None:
        super().__init__()
        self.norm = nn.InstanceNorm2d(channels, eps=eps)
        self.style = nn.Linear(size, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.style(style)[:, :, None, None].chunk(2, dim=1)
        return self.norm(x) * (1 + scale) + shift


class Truncation(nn.Module):
    """Draws styles to their mean in evaluation: mean + psi (w - mean); in training it follows it.

    It is given one style (B, N) or a list of them, of which the `first` ones are drawn; its mean is
    that of the first in the list, which mixing leaves alone.

    Karras et al. 2018, https://arxiv.org/abs/1812.04948, appendix B.
    """

    mean: Tensor

    def __init__(
        self, size: int, psi: float, decay: float = 0.995, first: int | None = None
    ) -> None:
        super().__init__()
        self.psi, self.decay, self.first = psi, decay, first
        self.register_buffer("mean", torch.zeros(size))

    def forward(self, w: Tensor | list[Tensor]) -> Tensor | list[Tensor]:
        styles = w if isinstance(w, list) else [w]
        if self.training:
            self.mean.lerp_(styles[0].detach().mean(0), 1 - self.decay)
            return w
        count = len(styles) if self.first is None else self.first
        drawn = [torch.lerp(self.mean, style, self.psi) for style in styles[:count]]
        return [*drawn, *styles[count:]] if isinstance(w, list) else drawn[0]


def mix_styles(a: list[Tensor], b: list[Tensor], mix: Tensor, probability: float) -> list[Tensor]:
    """The styles `a` (B, N) up to a random layer, and `b` from there on, for this share of samples.

    mix: two numbers in 0..1 per sample (B, 2): whether it is mixed, and from which layer on.

    Karras et al. 2018, https://arxiv.org/abs/1812.04948, section 3.1.
    """
    happens, place = mix[:, :1], mix[:, 1:]
    cut = torch.where(happens < probability, 1 + (place * (len(a) - 1)).floor(), len(a))
    return [torch.where(k < cut, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True))]


def copy_styles(
    a: list[Tensor], b: list[Tensor], start: int = 0, end: int | None = None
) -> list[Tensor]:
    """The styles `a` (B, N), but from `start` up to `end`, which is left out, those of `b`.

    Karras et al. 2018, https://arxiv.org/abs/1812.04948, figure 3.
    """
    return [*a[:start], *b[start:end], *(a[end:] if end is not None else [])]
