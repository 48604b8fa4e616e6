"""Plain PyTorch loops of WGAN-GP and SNGAN with their residual networks: the yardstick.

Each loop draws for itself, or takes what ganforge has drawn, so that losses can be compared.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from handwritten import random_batch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

Drawn = tuple[list[tuple[Tensor, ...]], tuple[Tensor, ...]]
Losses = dict[str, Tensor]
CRITIC_STEPS = 5


class Up(nn.Module):
    """(B, C, H, W) to twice the height and width."""

    def __init__(self, channels: int, out: int, bias: bool) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, bias=bias)
        self.norm2 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = F.interpolate(F.relu(self.norm1(x)), scale_factor=2)
        h = self.conv2(F.relu(self.norm2(self.conv1(h))))
        return h + self.shortcut(F.interpolate(x, scale_factor=2))


class NormedDown(nn.Module):
    """WGAN-GP's block: layer norms, and half the height and width."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.GroupNorm(1, channels)
        self.conv2 = nn.Conv2d(channels, out, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.relu(self.norm1(x)))
        h = F.avg_pool2d(self.conv2(F.relu(self.norm2(h))), 2)
        return h + self.shortcut(F.avg_pool2d(x, 2))


class SpectralBlock(nn.Module):
    """SNGAN's block: the first does not activate its input, the last two keep its size."""

    def __init__(self, channels: int, out: int, first: bool, pool: bool) -> None:
        super().__init__()
        self.first, self.pool = first, pool
        self.conv1 = spectral_norm(nn.Conv2d(channels, out, 3, padding=1))
        self.conv2 = spectral_norm(nn.Conv2d(out, out, 3, padding=1))
        if pool:
            self.shortcut = spectral_norm(nn.Conv2d(channels, out, 1))

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv2(F.relu(self.conv1(x if self.first else F.relu(x))))
        if not self.pool:
            return h + x
        if self.first:
            return F.avg_pool2d(h, 2) + self.shortcut(F.avg_pool2d(x, 2))
        return F.avg_pool2d(h, 2) + F.avg_pool2d(self.shortcut(x), 2)


class SpectralCritic(nn.Module):
    """(B, 3, 32, 32) to (B, 1)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            SpectralBlock(3, width, first=True, pool=True),
            SpectralBlock(width, width, first=False, pool=True),
            SpectralBlock(width, width, first=False, pool=False),
            SpectralBlock(width, width, first=False, pool=False),
        )
        self.linear = spectral_norm(nn.Linear(width, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(F.relu(self.blocks(x)).sum((2, 3)))


def generator(widths: list[int], bias: bool) -> nn.Module:
    """Z (B, 128) to images whose side is 4, doubled for every further width."""
    return nn.Sequential(
        nn.Linear(128, 16 * widths[0]),
        nn.Unflatten(1, (widths[0], 4, 4)),
        *(Up(channels, out, bias) for channels, out in pairwise(widths)),
        nn.BatchNorm2d(widths[-1]),
        nn.ReLU(),
        nn.Conv2d(widths[-1], 3, 3, padding=1),
        nn.Tanh(),
    )


class WganGp:
    """Five critic steps with a penalty, then one of the generator."""

    def __init__(self, dim: int, batch: int) -> None:
        self.batch = batch
        self.G = generator([8 * dim, 8 * dim, 4 * dim, 2 * dim, dim], bias=False)
        downs = [(dim, 2 * dim), (2 * dim, 4 * dim), (4 * dim, 8 * dim), (8 * dim, 8 * dim)]
        self.D = nn.Sequential(
            nn.Conv2d(3, dim, 3, padding=1),
            *(NormedDown(channels, out) for channels, out in downs),
            nn.Flatten(),
            nn.Linear(8 * dim * 16, 1),
        )
        self.critic = torch.optim.Adam(self.D.parameters(), lr=1e-4, betas=(0.0, 0.9))
        self.generator = torch.optim.Adam(self.G.parameters(), lr=1e-4, betas=(0.0, 0.9))

    def draw(self, images: Tensor) -> Drawn:
        n = self.batch
        critic = [
            (random_batch(images, n), torch.randn(n, 128), torch.rand(n, 1, 1, 1))
            for _ in range(CRITIC_STEPS)
        ]
        return critic, (torch.randn(n, 128),)

    def round(self, critic: list[tuple[Tensor, ...]], generator: tuple[Tensor, ...]) -> Losses:
        for real, z, mix in critic:
            with torch.no_grad():
                fake = self.G(z)
            between = (real + mix * (fake - real)).requires_grad_()
            game = self.D(fake).mean() - self.D(real).mean()
            (slope,) = torch.autograd.grad(self.D(between).sum(), between, create_graph=True)
            penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
            self.critic.zero_grad()
            (game + 10 * penalty).backward()
            self.critic.step()
        loss = -self.D(self.G(*generator)).mean()
        self.generator.zero_grad()
        loss.backward()
        self.generator.step()
        return {"adversarial.critic": game, "penalty": penalty, "adversarial.generator": loss}


class Sngan:
    """Five critic steps with the hinge, then one of the generator on twice the batch."""

    def __init__(self, g: int, d: int, batch: int) -> None:
        self.batch = batch
        self.G, self.D = generator([g] * 4, bias=True), SpectralCritic(d)
        self.critic = torch.optim.Adam(self.D.parameters(), lr=2e-4, betas=(0.0, 0.9))
        self.generator = torch.optim.Adam(self.G.parameters(), lr=2e-4, betas=(0.0, 0.9))

    def draw(self, images: Tensor) -> Drawn:
        n = self.batch
        critic = [(random_batch(images, n), torch.randn(n, 128)) for _ in range(CRITIC_STEPS)]
        return critic, (torch.randn(2 * n, 128),)

    def round(self, critic: list[tuple[Tensor, ...]], generator: tuple[Tensor, ...]) -> Losses:
        for real, z in critic:
            with torch.no_grad():
                fake = self.G(z)
            game = F.relu(1 - self.D(real)).mean() + F.relu(1 + self.D(fake)).mean()
            self.critic.zero_grad()
            game.backward()
            self.critic.step()
        loss = -self.D(self.G(*generator)).mean()
        self.generator.zero_grad()
        loss.backward()
        self.generator.step()
        return {"adversarial.critic": game, "adversarial.generator": loss}
