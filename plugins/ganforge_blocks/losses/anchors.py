"""Scores held to where the other side's have been."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Anchors(nn.Module):
    """Moving averages of a critic's scores, and how far each side is from the other's.

    (D(x) - a_f)^2 + (D(G(z)) - a_r)^2, with the averages a_r of scores of real samples and a_f of
    fakes. Tseng et al. 2021, https://arxiv.org/abs/2104.03310, section 3. `one_sided` counts a
    score only where it is on its own side of the average, as the authors' code does.
    """

    real: Tensor
    fake: Tensor
    begun: Tensor

    def __init__(self, decay: float = 0.99, one_sided: bool = False) -> None:
        super().__init__()
        self.decay, self.one_sided = decay, one_sided
        for name in ("real", "fake", "begun"):
            self.register_buffer(name, torch.tensor(0.0))

    def forward(self, real: Tensor, fake: Tensor) -> Tensor:
        """Scores of real and of generated samples, of any shape; their means move the averages."""
        self.follow(real.detach().mean(), fake.detach().mean())
        above, below = real - self.fake, self.real - fake
        if self.one_sided:
            above, below = F.relu(above), F.relu(below)
        return above.square().mean() + below.square().mean()

    @torch.no_grad()
    def follow(self, real: Tensor, fake: Tensor) -> None:
        """Move the averages to these means; the first ones are taken as they are."""
        share = 1 - self.decay * self.begun
        self.real.lerp_(real, share)
        self.fake.lerp_(fake, share)
        self.begun.fill_(1)
