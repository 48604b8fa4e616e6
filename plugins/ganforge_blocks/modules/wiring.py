"""Functions on tensors that PyTorch lacks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def one_hot(y: Tensor, classes: int) -> Tensor:
    """Class indices (B) as vectors (B, classes) of zeros and ones."""
    return F.one_hot(y, classes).float()


def repeat(x: Tensor, count: int) -> list[Tensor]:
    """A list that holds a tensor `count` times, each with a gradient of its own."""
    return [x.view_as(x) for _ in range(count)]


def pyramid(x: Tensor, levels: int) -> list[Tensor]:
    """Images (B, C, H, W) at `levels` sizes, each half of the next: [..., (B, C, H, W)]."""
    images = [x]
    for _ in range(levels - 1):
        images.insert(0, F.avg_pool2d(images[0], 2))
    return images


def tile(v: Tensor, x: Tensor) -> Tensor:
    """A vector (B, N) at every pixel of `x` (B, C, H, W): (B, N, H, W)."""
    return v[:, :, None, None].expand(-1, -1, x.shape[2], x.shape[3])


def lerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """`a` at t = 0, `b` at t = 1; `t` is a number, one per sample (B), or shaped like `a`."""
    if isinstance(t, Tensor) and t.dim() == 1:
        t = t.view(-1, *[1] * (a.dim() - 1))
    return a + t * (b - a)


def interpolate_all(a: list[Tensor], b: list[Tensor], mix: Tensor) -> list[Tensor]:
    """Each element between its two, at `mix` (B, 1, ...): `a` at 0, `b` at 1."""
    return [torch.lerp(first, second, mix) for first, second in zip(a, b, strict=True)]


def squared_error(a: Tensor, b: Tensor, norm: str = "mean") -> Tensor:
    """The squared difference per sample (B): its mean, its sum, or the root of its sum ("l2")."""
    difference = torch.flatten(a - b, 1)
    if norm == "l2":
        return torch.linalg.vector_norm(difference, dim=1)
    squares = difference.square()
    return squares.sum(1) if norm == "sum" else squares.mean(1)


def absolute_error(a: Tensor, b: Tensor, norm: str = "mean") -> Tensor:
    """The absolute difference per sample (B): its mean, sum, or the Euclidean distance ("l2")."""
    difference = torch.flatten(a - b, 1).abs()
    if norm == "l2":
        return torch.linalg.vector_norm(difference, dim=1)
    return difference.sum(1) if norm == "sum" else difference.mean(1)


def real_logit(logits: Tensor) -> Tensor:
    """The logit of "real" (B) from logits of classes and of FAKE, the last (B, K + 1).

    p(real) = sum over classes of p(class), Odena 2016, https://arxiv.org/abs/1606.01583, section 2.
    """
    return logits[:, :-1].logsumexp(1) - logits[:, -1]


def perturb(x: Tensor, jitter: Tensor, strength: float = 0.5) -> Tensor:
    """Samples (B, ...) plus `jitter` (B, ...) in 0..1 times `strength` deviations of the batch.

    Kodali et al. 2017, https://arxiv.org/abs/1705.07215, section 2.3, as the authors' code draws
    its noise; their text draws it from a normal distribution.
    """
    return x + strength * x.std(correction=0) * jitter


def sample_gaussian(mean: Tensor, log_variance: Tensor, epsilon: Tensor) -> Tensor:
    """Samples of N(mean, exp(log_variance)) for `epsilon` of N(0, 1), all (B, ...).

    Kingma and Welling 2014, https://arxiv.org/abs/1312.6114, section 2.4: the reparameterisation.
    """
    return mean + (0.5 * log_variance).exp() * epsilon


def shuffle(x: Tensor, chance: Tensor) -> Tensor:
    """The samples of a batch (B, ...) in the order of `chance` (B), uniform in 0..1."""
    return x[chance.argsort()]
