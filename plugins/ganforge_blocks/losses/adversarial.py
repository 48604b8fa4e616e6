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


def energy_critic(
    real: Tensor,
    fake: Tensor,
    margin: float = 1.0,
    reduction: str = "mean",
    real_scale: float = 1.0,
    fake_scale: float = 1.0,
) -> Tensor:
    """D(x) + max(0, m - D(G(z))), D an energy (https://arxiv.org/abs/1609.03126, eq. 1)."""
    of_fake = F.relu(margin - _energy(fake, reduction))
    return real_scale * _energy(real, reduction).mean() + fake_scale * of_fake.mean()


def energy_generator(fake: Tensor, reduction: str = "mean", scale: float = 1.0) -> Tensor:
    """D(G(z)), D an energy (https://arxiv.org/abs/1609.03126, eq. 2)."""
    return scale * _energy(fake, reduction).mean()


def _energy(errors: Tensor, reduction: str) -> Tensor:
    """One energy per sample (B) from its errors (B, ...), by their `mean` or `sum`."""
    errors = errors.flatten(1) if errors.dim() > 1 else errors.unsqueeze(1)
    return errors.sum(1) if reduction == "sum" else errors.mean(1)


def best(score: Tensor, k: float, largest: bool = True) -> Tensor:
    """The scores of the k samples that the critic takes for the most real, at least one.

    Sinha et al. 2020, https://arxiv.org/abs/2002.06224, section 3. Where an energy is low, a sample
    is real: then `largest` is false.
    """
    count = min(max(int(k), 1), len(score))
    of_samples = score.detach().reshape(len(score), -1).mean(1)
    return score[of_samples.topk(count, largest=largest).indices]


def mean_sign(score: Tensor) -> Tensor:
    """How much more often scores are above 0 than below, of all: E sign(D(x)) in -1..1.

    Of real samples the heuristic r_t of Karras et al. 2020, https://arxiv.org/abs/2006.06676,
    equation 1: it rises as the critic overfits.
    """
    return score.detach().sign().mean()
