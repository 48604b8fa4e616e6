"""The masks are those of the authors' code, and their steps have full information."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import networkx as nx
import pytest
import torch
from ganforge_ylg.attention import LocalSparseAttention
from ganforge_ylg.information import full_information, has_full_information, information_flow
from ganforge_ylg.patterns import by_distance, floor_pattern, head_kinds, repetitive_pattern

Masks = Callable[[LocalSparseAttention], torch.Tensor]
# What ylg/masks.py of giannisdaras/ylg (f41c818) gives for n keys: how many of them 4 n queries see
# in all, and how the SHA-256 of the mask starts, as bytes row by row.
PUBLISHED = {
    (16, "floor", True): (160, "b07625d9bcb043c51a7753c99176ac3a"),
    (16, "repetitive", True): (304, "95be1d7b25cc68058f2b85e290403699"),
    (16, "floor", False): (160, "8e840d14676bbc45c007804c9f564a72"),
    (16, "repetitive", False): (304, "12dd25ae852b110891bdb3badca3b6b7"),
    (64, "floor", True): (1152, "7c56b8a6a63e1aab0f42ed1efbac2ac2"),
    (64, "repetitive", True): (2272, "7bfcc468a8c462eaaacf2488ab3989ec"),
    (64, "floor", False): (1152, "f6f70100b91701d2e2efaabbc739705b"),
    (64, "repetitive", False): (2272, "0fbcfb8fb773352e743b0a843fd9c199"),
    (256, "floor", True): (8704, "7156d7705abeda232754761dcd547018"),
    (256, "repetitive", True): (17344, "c9254da07a7df2719a1be07991b5531b"),
    (256, "floor", False): (8704, "d2f8717d25d48a68459caa3d4bc006eb"),
    (256, "repetitive", False): (17344, "3ad3204e1ecb95b8cc42dd35ef756166"),
}
HEADS = [("floor", True), ("repetitive", True)] * 2 + [("floor", False), ("repetitive", False)] * 2


@pytest.mark.parametrize("keys", [16, 64, 256])
def test_the_masks_of_all_heads_are_the_published_ones(keys: int, masks_of: Masks) -> None:
    side = 2 * int(keys**0.5)
    masks = masks_of(LocalSparseAttention(64, side, side))
    assert masks.shape == (8, 4 * keys, keys)
    for mask, (step, backward) in zip(masks, HEADS, strict=True):
        count, digest = PUBLISHED[keys, step, backward]
        assert int(mask.sum()) == count
        values = mask.to(torch.uint8).numpy().tobytes()
        assert hashlib.sha256(values).hexdigest().startswith(digest)


def test_heads_run_in_pairs_first_from_right_to_left() -> None:
    assert head_kinds(8, ("floor", "repetitive"), "both") == HEADS
    assert head_kinds(2, ("floor",), "left-to-right") == [("floor", False)] * 2


def test_cells_are_enumerated_by_distance_and_then_by_rows() -> None:
    assert by_distance(3, 3) == [0, 1, 3, 2, 4, 6, 5, 7, 8]


def test_patterns_of_one_dimension_by_hand() -> None:
    assert [sum(row) for row in floor_pattern(4, backward=False)] == [1, 2, 1, 2]
    assert [sum(row) for row in floor_pattern(4, backward=True)] == [2, 1, 2, 1]
    assert repetitive_pattern(4, backward=False)[0] == [True, True, False, True]
    assert repetitive_pattern(4, backward=True)[1] == [True, True, True, False]


@pytest.mark.parametrize("size", [(4, 4), (3, 5), (8, 8), (2, 7)])
@pytest.mark.parametrize("direction", ["both", "left-to-right", "right-to-left"])
def test_two_steps_have_full_information_in_their_order_alone(
    size: tuple[int, int], direction: str
) -> None:
    assert full_information(["floor", "repetitive"], direction, *size)
    assert not full_information(["repetitive", "floor"], direction, *size)
    assert not full_information(["floor"], direction, *size)


def test_full_information_is_that_there_are_paths() -> None:
    steps = [floor_pattern(9, backward=False), repetitive_pattern(9, backward=False)]
    graph = information_flow(steps)
    paths = all(nx.has_path(graph, (0, a), (2, b)) for a in range(9) for b in range(9))
    assert paths and has_full_information(steps)
    assert not nx.has_path(information_flow(steps[::-1]), (0, 0), (2, 8))


def test_the_layer_equals_another_implementation() -> None:
    """Numbers of a second one that was written from the authors' code (ylg/ops.py)."""
    layer = LocalSparseAttention(64, 16, 16)
    with torch.no_grad():
        for k, weight in enumerate([*_convolutions(layer), layer.sigma]):
            drawn = torch.randn(weight.shape, generator=torch.Generator().manual_seed(1000 + k))
            weight.copy_(drawn * (2 / weight[0].numel()) ** 0.5 if k < 4 else 1 + 0.05 * drawn)
        x = torch.randn(2, 64, 16, 16, generator=torch.Generator().manual_seed(7))
        found = layer(x)
    expected = torch.tensor([-0.009124696, 1.565266, 0.9266428, -0.5468281, 0.5686945, -0.6599573])
    torch.testing.assert_close(found.flatten()[:6], expected, rtol=1e-4, atol=1e-5)
    assert abs(float(found.mean()) - 0.2231589) < 1e-5


def _convolutions(layer: LocalSparseAttention) -> list[torch.Tensor]:
    return [part.weight for part in (layer.query, layer.key, layer.value, layer.out)]


def test_a_query_is_reached_by_the_cells_that_its_masks_allow_alone(masks_of: Masks) -> None:
    layer = LocalSparseAttention(16, 4, 4, heads=2)
    torch.nn.init.ones_(layer.sigma)
    x = torch.randn(1, 16, 4, 4)
    seen = torch.autograd.functional.jacobian(lambda v: layer(v)[0, :, 0, 0].sum(), x)[0].abs()
    reached = seen.sum(0).reshape(2, 2, 2, 2).amax((1, 3)) > 0  # by cells of the keys
    allowed = masks_of(layer)[:, 0].any(0).reshape(2, 2)
    assert not (reached & ~allowed).any()
    assert allowed.any() and not allowed.all()


@pytest.mark.parametrize("size", [(8, 8), (6, 10)])
def test_what_is_gathered_gives_what_masked_scores_of_all_give(
    size: tuple[int, int], masks_of: Masks
) -> None:
    height, width = size
    layer = LocalSparseAttention(32, height, width, heads=4)
    torch.nn.init.ones_(layer.sigma)
    x = torch.randn(2, 32, height, width)
    query = layer.query(x).reshape(2, 4, 1, height * width)
    key, value = (
        torch.nn.functional.max_pool2d(part(x), 2).reshape(2, 4, -1, height * width // 4)
        for part in (layer.key, layer.value)
    )
    scores = (query.transpose(2, 3) @ key).masked_fill(~masks_of(layer), float("-inf"))
    mixed = value @ scores.softmax(3).transpose(2, 3)
    expected = x + layer.out(mixed.transpose(1, 2).reshape(2, -1, height, width))
    torch.testing.assert_close(layer(x), expected, rtol=1e-5, atol=1e-5)
