"""Feedback: a number that follows how training goes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Plateau(nn.Module):
    """A number that is multiplied by `factor` where a figure of the log no longer falls.

    `window` rounds that log the figure `of` have a mean; if it is not below that of the rounds
    before by the share `threshold`, the number falls, and never below `low`.
    """

    number: Tensor
    before: Tensor
    count: Tensor
    total: Tensor

    def __init__(
        self,
        start: float,
        of: str,
        *,
        window: int,
        factor: float = 0.5,
        threshold: float = 1e-4,
        low: float = 0.0,
        device: torch.device,
    ) -> None:
        """device: where the figure is; the number itself is read from the CPU, without waiting."""
        super().__init__()
        self.of, self.window, self.factor = of, window, factor
        self.threshold, self.low = threshold, low
        for name, value in {"number": start, "before": math.inf, "count": 0.0}.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float64, device="cpu"))
        self.register_buffer("total", torch.zeros((), device=device))

    @property
    def value(self) -> float:
        """The number as it is now."""
        return self.number.item()

    @torch.no_grad()
    def watch(self, losses: Mapping[str, Tensor]) -> None:
        """Add a round's figure, if it has one."""
        if self.of in losses:
            self.total.add_(losses[self.of])
            self.count.add_(1)
            if self.count.item() == self.window:
                self.decide()

    def decide(self) -> None:
        """Let the number fall if the mean did not; here alone the device is waited for."""
        mean, before = self.total.item() / self.window, self.before.item()
        if math.isfinite(before) and mean > before - self.threshold * abs(before):
            self.number.fill_(max(self.value * self.factor, self.low))
        self.before.fill_(mean)
        self.count.zero_()
        self.total.zero_()
