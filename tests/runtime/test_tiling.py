"""Tiles of an image make what the whole makes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ganforge.runs.tiling import Tiling, in_tiles, ramp

TILING = Tiling(side=32, overlap=16)


def network(seed: int) -> nn.Module:
    """Twice as large, and each pixel from at most 3 pixels away, which is less than 16 / 4."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(4, 12, 3, padding=1),
        nn.PixelShuffle(2),
        nn.Conv2d(3, 2, 3, padding=1),
    )


@settings(max_examples=25, deadline=None)
@given(height=st.integers(1, 90), width=st.integers(1, 90), seed=st.integers(0, 3))
def test_tiles_make_what_the_whole_image_makes(height: int, width: int, seed: int) -> None:
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    apply = network(seed)
    with torch.no_grad():
        torch.testing.assert_close(in_tiles(apply, image, TILING), apply(image), atol=1e-5, rtol=0)


def test_no_tile_is_larger_than_its_side() -> None:
    seen: list[tuple[int, ...]] = []

    def note(part: Tensor) -> Tensor:
        seen.append(tuple(part.shape[2:]))
        return part

    image = torch.randn(1, 1, 100, 20)
    torch.testing.assert_close(in_tiles(note, image, TILING), image)
    assert set(seen) == {(32, 20)} and len(seen) == 6


def test_tiles_that_differ_pass_over_into_each_other() -> None:
    shades = iter((0.0, 1.0))
    made = in_tiles(
        lambda part: torch.full_like(part, next(shades)), torch.zeros(1, 1, 8, 48), TILING
    )
    line = made[0, 0, 0]
    assert line[:20].max() == 0 and line[28:].min() == 1
    assert line.diff().max() <= 0.13  # over 8 pixels


def test_weights_of_neighbours_add_up_to_one() -> None:
    first, second = ramp(32, 16, False, True), ramp(32, 16, True, False)
    torch.testing.assert_close(first[16:] + second[:16], torch.ones(16))


def test_what_has_another_shape_than_its_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="another shape than the tile"):
        in_tiles(lambda part: F.interpolate(part, (40, 64)), torch.zeros(1, 1, 64, 64), TILING)
