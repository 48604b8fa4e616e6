"""Clean classes for noisy ones."""

from __future__ import annotations

from torch import Tensor


def restored(label: Tensor, chance: Tensor, origins: list[tuple[int, int, float, float]]) -> Tensor:
    """Clean classes (B) drawn for noisy ones (B), p(clean | noisy) by Bayes from T[clean, noisy].

    Kaneko et al. 2018, https://arxiv.org/abs/1811.11165, as their code draws them, for classes
    that are equally frequent. chance (B) is uniform in 0..1. origins: noisy and clean class, and
    the part of 0..1 in which `chance` draws it; elsewhere a class is its own.
    """
    clean = label
    for noisy, source, low, high in origins:
        clean = clean.masked_fill((label == noisy) & (low <= chance) & (chance < high), source)
    return clean
