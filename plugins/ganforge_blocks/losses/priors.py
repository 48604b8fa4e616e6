"""What is asked of single tensors: smooth images, codes like a prior."""

from __future__ import annotations

from torch import Tensor


def total_variation(image: Tensor) -> Tensor:
    """The mean absolute difference of neighbouring pixels, down and across, of images (B, C, H, W).

    The discrete, anisotropic form of Rudin, Osher and Fatemi 1992, "Nonlinear total variation based
    noise removal algorithms", equation 2.3.
    """
    down = (image[:, :, 1:] - image[:, :, :-1]).abs().mean()
    across = (image[:, :, :, 1:] - image[:, :, :, :-1]).abs().mean()
    return down + across


def kl_to_normal(mean: Tensor, log_variance: Tensor, reduction: str = "mean") -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) in nats, of (B, ...): the mean over all values, or their sum
    for each sample and the mean over samples.

    Kingma and Welling 2013, https://arxiv.org/abs/1312.6114, appendix B; Zhang et al. 2017,
    https://arxiv.org/abs/1612.03242, equation 2, whose code takes the mean.
    """
    each = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
    return each.mean() if reduction == "mean" else each.flatten(1).sum(1).mean()
