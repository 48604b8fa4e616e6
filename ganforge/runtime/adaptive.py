"""Feedback: a number that adapts itself to how training goes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Adaptive(nn.Module):
    """A number in 0..1 that rises while a figure of the log is above its target, else falls.

    Karras et al. 2020, https://arxiv.org/abs/2006.06676, section 3.1: after every so many rounds,
    by the mean of their figures, and so fast that it gets from 0 to 1 within `kimg`.
    """

    number: Tensor
    total: Tensor
    count: Tensor
    images: Tensor

    def __init__(
        self,
        of: str,
        *,
        target: float = 0.6,
        start: float = 0.0,
        kimg: float = 500.0,
        every: int = 4,
        device: torch.device,
    ) -> None:
        """device: where the figure is, and the number too."""
        super().__init__()
        self.of, self.target, self.kimg, self.every = of, target, kimg, every
        self.register_buffer("number", torch.tensor(start, device=device))
        self.register_buffer("total", torch.zeros((), device=device))
        for name in ("count", "images"):
            self.register_buffer(name, torch.tensor(0, device="cpu"))

    @property
    def value(self) -> Tensor:
        """The number as it is now."""
        return self.number

    @torch.no_grad()
    def watch(self, losses: Mapping[str, Tensor], images: int) -> None:
        """Add a round of so many images with its figure, if it has one; the device goes on."""
        if self.of in losses:
            self.total.add_(losses[self.of])
            self.images.add_(images)
            self.count.add_(1)
            if self.count.item() == self.every:
                self.move(self.images.item() / (1000 * self.kimg))

    def move(self, step: float) -> None:
        """By a step, up or down."""
        above = self.total / self.every - self.target
        self.number.add_(step * above.sign()).clamp_(0, 1)
        for counter in (self.total, self.images, self.count):
            counter.zero_()
