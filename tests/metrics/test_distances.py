"""The Fréchet and the kernel distance beside values worked out in another way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganforge.metrics.distances import frechet_distance, kernel_distance

seeds = st.integers(0, 2**31)


def normal(seed: int, count: int, width: int = 4) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    mixed = torch.randn(width, width, generator=noise, dtype=torch.float64)
    return torch.randn(count, width, generator=noise, dtype=torch.float64) @ mixed


def by_symmetric_roots(real: Tensor, fake: Tensor) -> float:
    """The same distance by `tr((A^(1/2) B A^(1/2))^(1/2))`, with numpy."""
    a, b = (np.cov(features.numpy(), rowvar=False) for features in (real, fake))
    values, vectors = np.linalg.eigh(a)
    root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ b @ root).clip(0)).sum()
    means = ((real.mean(0) - fake.mean(0)) ** 2).sum().item()
    return means + np.trace(a) + np.trace(b) - 2 * cross


@settings(max_examples=25, deadline=None)
@given(seeds, seeds)
def test_frechet_equals_another_form_of_the_matrix_root(one: int, other: int) -> None:
    real, fake = normal(one, 40), normal(other, 30) + 1
    expected = by_symmetric_roots(real, fake)
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_frechet_of_shifted_and_scaled_features_is_the_textbook_value() -> None:
    x = normal(0, 500, 3)
    x = x - x.mean(0)
    shift = torch.tensor([3.0, 4.0, 0.0], dtype=torch.float64)
    assert frechet_distance(x, x + shift) == pytest.approx(25)
    variances = x.var(0).sum().item()
    assert frechet_distance(x, 3 * x) == pytest.approx(4 * variances)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_frechet_is_symmetric_and_blind_to_rotations(seed: int) -> None:
    real, fake = normal(seed, 40), normal(seed + 1, 50)
    rotation = torch.linalg.qr(normal(seed + 2, 4)).Q
    distance = frechet_distance(real, fake)
    assert frechet_distance(fake, real) == pytest.approx(distance, rel=1e-6)
    assert frechet_distance(real @ rotation, fake @ rotation) == pytest.approx(distance, rel=1e-6)


def mean_discrepancy(real: np.ndarray, fake: np.ndarray) -> float:
    """The unbiased estimate as sums over pairs, as the paper writes it."""

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float((x @ y / len(x) + 1) ** 3)

    n = len(real)
    within = sum(
        kernel(s[i], s[j]) for s in (real, fake) for i, j in itertools.permutations(range(n), 2)
    )
    between = sum(kernel(x, y) for x in real for y in fake)
    return within / (n * (n - 1)) - 2 * between / n**2


def test_kernel_distance_is_the_mean_over_subsets_of_the_sum_over_pairs() -> None:
    real, fake = torch.ones(8, 3), normal(1, 8, 3)
    distance = kernel_distance(real, fake, seed=0, subsets=2000, subset_size=3)
    triples = [fake[list(index)] for index in itertools.combinations(range(8), 3)]
    exact = [mean_discrepancy(np.ones((3, 3)), triple.numpy()) for triple in triples]
    assert distance.subset_size == 3
    assert distance.mean == pytest.approx(np.mean(exact), abs=5 * np.std(exact) / 2000**0.5)
    assert distance.std == pytest.approx(np.std(exact), rel=0.1)


def test_kernel_distance_of_one_distribution_is_about_zero_and_may_be_negative() -> None:
    same = normal(3, 200)
    values = [kernel_distance(same, same.flip(0), seed, subsets=8).mean for seed in range(8)]
    distance = kernel_distance(same, same + 1, 0, subsets=8)
    assert max(map(abs, values)) < distance.mean / 4
    assert min(values) < 0


def test_subsets_follow_from_the_seed_and_nothing_else_is_drawn() -> None:
    real, fake = normal(0, 60), normal(1, 60)
    state = torch.get_rng_state()
    one, again, other = (kernel_distance(real, fake, seed) for seed in (0, 0, 1))
    assert one == again != other
    assert one.subset_size == 30
    assert torch.equal(torch.get_rng_state(), state)
