"""The balance of a critic that is an autoencoder with its generator."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Equilibrium(nn.Module):
    """The weight k of the fakes' error in the critic's loss, and how far training has converged.

    L is the error of what the critic gives back. The generator minimises L(G(z)), the critic
    L(x) - k L(G(z)), and k moves so that L(G(z)) stays `gamma` times L(x). Berthelot et al. 2017,
    https://arxiv.org/abs/1703.10717, sections 3.3 and 3.4.
    """

    k: Tensor
    convergence: Tensor
    real_error: Tensor

    def __init__(self, gamma: float, rate: float) -> None:
        super().__init__()
        self.gamma, self.rate = gamma, rate
        for name in ("k", "convergence", "real_error"):
            self.register_buffer(name, torch.tensor(0.0))

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """L(x) - k L(G(z)), of errors of any shape; L(x) is kept for the balance."""
        error = real.mean()
        self.real_error.copy_(error.detach())
        # Of k as it is now: it changes before the gradient is taken if both sides step at once.
        return error - self.k.clone() * fake.mean()

    def generator(self, fake: Tensor) -> Tensor:
        """L(G(z)), which moves k by `rate` and gives the measure of convergence."""
        error = fake.mean()
        self.balance(error.detach())
        return error

    @torch.no_grad()
    def balance(self, fake_error: Tensor) -> None:
        """The step of k by rate (gamma L(x) - L(G(z))), and M = L(x) + |gamma L(x) - L(G(z))|."""
        excess = self.gamma * self.real_error - fake_error
        self.k.add_(self.rate * excess).clamp_(0, 1)
        self.convergence.copy_(self.real_error + excess.abs())
