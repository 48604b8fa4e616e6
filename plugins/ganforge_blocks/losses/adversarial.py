"""Adversarial objectives: what the critic and the generator minimise.

`real` and `fake` are scores of samples, of any shape; means are over all of them.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def non_saturating_critic(
    real: Tensor, fake: Tensor, real_scale: float = 1.0, fake_scale: float = 1.0
) -> Tensor:
    """-log D(x) - log(1 - D(G(z))), D = sigmoid(score) (https://arxiv.org/abs/1406.2661, eq. 1)."""
    return real_scale * F.softplus(-real).mean() + fake_scale * F.softplus(fake).mean()


def non_saturating_generator(fake: Tensor, scale: float = 1.0) -> Tensor:
    """-log D(G(z)) (https://arxiv.org/abs/1406.2661, section 3)."""
    return scale * F.softplus(-fake).mean()


def saturating_critic(
    real: Tensor, fake: Tensor, real_scale: float = 1.0, fake_scale: float = 1.0
) -> Tensor:
    """-log D(x) - log(1 - D(G(z))), D = sigmoid(score) (https://arxiv.org/abs/1406.2661, eq. 1)."""
    return real_scale * F.softplus(-real).mean() + fake_scale * F.softplus(fake).mean()


def saturating_generator(fake: Tensor, scale: float = 1.0) -> Tensor:
    """log(1 - D(G(z))) (https://arxiv.org/abs/1406.2661, eq. 1)."""
    return -scale * F.softplus(fake).mean()


def smoothed_critic(
    real: Tensor,
    fake: Tensor,
    real_target: float = 1.0,
    fake_target: float = 0.0,
    real_scale: float = 1.0,
    fake_scale: float = 1.0,
) -> Tensor:
    """The cross entropies of D = sigmoid(score) with a probability for each side.

    One-sided label smoothing has 0.9 and 0 (https://arxiv.org/abs/1606.03498, section 3.4).
    """
    of_real, of_fake = _cross_entropy(real, real_target), _cross_entropy(fake, fake_target)
    return real_scale * of_real + fake_scale * of_fake


def smoothed_generator(fake: Tensor, target: float = 1.0, scale: float = 1.0) -> Tensor:
    """The cross entropy of D(G(z)) = sigmoid(score) with a probability."""
    return scale * _cross_entropy(fake, target)


def _cross_entropy(score: Tensor, target: float) -> Tensor:
    return (F.softplus(score) - target * score).mean()


def least_squares_critic(
    real: Tensor,
    fake: Tensor,
    real_target: float = 1.0,
    fake_target: float = 0.0,
    real_scale: float = 1.0,
    fake_scale: float = 1.0,
) -> Tensor:
    """(D(x) - b)^2 + (D(G(z)) - a)^2 (https://arxiv.org/abs/1611.04076, eq. 2, less its half)."""
    of_real, of_fake = (real - real_target).square().mean(), (fake - fake_target).square().mean()
    return real_scale * of_real + fake_scale * of_fake


def least_squares_generator(fake: Tensor, target: float = 1.0, scale: float = 1.0) -> Tensor:
    """(D(G(z)) - c)^2 (https://arxiv.org/abs/1611.04076, eq. 2, without its half)."""
    return scale * (fake - target).square().mean()


def wasserstein_critic(
    real: Tensor, fake: Tensor, real_scale: float = 1.0, fake_scale: float = 1.0
) -> Tensor:
    """D(G(z)) - D(x) (https://arxiv.org/abs/1701.07875, eq. 3)."""
    return fake_scale * fake.mean() - real_scale * real.mean()


def wasserstein_generator(fake: Tensor, scale: float = 1.0) -> Tensor:
    """-D(G(z)) (https://arxiv.org/abs/1701.07875, theorem 3)."""
    return -scale * fake.mean()


def hinge_critic(
    real: Tensor, fake: Tensor, real_scale: float = 1.0, fake_scale: float = 1.0
) -> Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))) (https://arxiv.org/abs/1705.02894, eq. 8)."""
    return real_scale * F.relu(1 - real).mean() + fake_scale * F.relu(1 + fake).mean()


def hinge_generator(fake: Tensor, scale: float = 1.0) -> Tensor:
    """-D(G(z)) (https://arxiv.org/abs/1705.02894, eq. 9)."""
    return -scale * fake.mean()
