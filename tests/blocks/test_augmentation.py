"""What augmentation does to images."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganforge_blocks.modules import adaptive_augmentation as ada
from ganforge_blocks.modules.augmentation import color, cutout, translation

ALL = [color, translation, cutout, ada.ada_blit, ada.ada_geometry, ada.ada_color]
Function = Callable[..., Tensor]


def images(count: int = 64, size: int = 12) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1


def changed(function: Function, x: Tensor, p: float | Tensor) -> Tensor:
    torch.manual_seed(1)
    return ((function(x, p) - x).abs() > 1e-5).flatten(1).any(1)


@pytest.mark.parametrize("function", ALL)
def test_with_probability_0_nothing_changes(function: Function) -> None:
    assert not changed(function, images(), 0.0).any()


@pytest.mark.parametrize("function", ALL)
def test_samples_change_as_often_as_they_should(function: Function) -> None:
    few, many = (changed(function, images(400), p).float().mean() for p in (0.05, 1.0))
    assert 0 < few < 0.35 and many > 0.7


@pytest.mark.parametrize("function", ALL)
def test_the_probability_may_be_a_tensor(function: Function) -> None:
    x = images(32)
    assert changed(function, x, torch.tensor(0.5)).equal(changed(function, x, 0.5))


def test_translation_moves_by_an_eighth_at_most_and_brings_zeros() -> None:
    x = images(200, 16) + 2  # no zeros
    seen = (translation(x) != 0).any(1)
    rows, columns = seen.any(2).sum(1), seen.any(1).sum(1)
    assert set(rows.tolist()) == set(columns.tolist()) == {14, 15, 16}


def test_translation_keeps_what_stays() -> None:
    x = images(1, 16)
    torch.manual_seed(3)
    moved = translation(x)[0, 0]
    shifts = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    inner = moved[4:12, 4:12]
    assert any(inner.equal(x[0, 0, 4 + d : 12 + d, 4 + r : 12 + r]) for d, r in shifts)


def test_cutout_takes_half_of_the_height_and_width() -> None:
    torch.manual_seed(0)
    cut = cutout(torch.ones(300, 2, 16, 16))[:, 0] == 0
    heights, widths = cut.any(2).sum(1), cut.any(1).sum(1)
    assert heights.max() == widths.max() == 8  # fewer where the rectangle lies over the edge
    assert cut.float().mean(0).min() > 0.05


@pytest.mark.parametrize("function", [color, translation, cutout])
def test_with_strength_0_nothing_changes(function: Function) -> None:
    torch.manual_seed(1)
    torch.testing.assert_close(function(images(), strength=0.0), images(), atol=1e-6, rtol=0)


@pytest.mark.parametrize("function", ALL)
def test_at_half_strength_samples_change_less(function: Function) -> None:
    x = images(200)

    def made(**more: float) -> Tensor:
        torch.manual_seed(1)
        return function(x, 0.3, **more)

    assert made().equal(made(strength=1.0))
    whole, half = ((made(strength=s) - x).abs().mean() for s in (1.0, 0.5))
    assert 0 < half < 0.95 * whole


def test_strength_is_a_factor_of_ranges() -> None:
    torch.manual_seed(0)
    cut = cutout(torch.ones(300, 2, 16, 16), strength=0.5)[:, 0] == 0
    assert cut.any(2).sum(1).max() == cut.any(1).sum(1).max() == 4
    seen = (translation(images(200, 16) + 2, strength=2) != 0).any(1)
    assert set(seen.any(2).sum(1).tolist()) == {12, 13, 14, 15, 16}
    spot = torch.zeros(300, 1, 17, 17)
    spot[:, :, 8, 8] = 1  # in the middle, where no turn moves it
    rows, columns = (ada.ada_blit(spot, strength=0.5)[:, 0] == 1).nonzero()[:, 1:].T
    assert set(rows.tolist()) == set(columns.tolist()) == {7, 8, 9}
    grey = torch.zeros(4000, 1, 1, 1)
    assert color(grey, strength=0.5).abs().max() <= 0.25
    assert ada.ada_color(grey, strength=0.5).std() < 0.6 * ada.ada_color(grey).std()


def test_color_keeps_the_order_of_grey_values() -> None:
    grey = images(16, 4)[:, :1].expand(-1, 3, -1, -1)
    torch.manual_seed(0)
    made = color(grey)
    torch.testing.assert_close(made[:, 0], made[:, 2])
    assert made[:, 0].flatten(1).argsort(1).equal(grey[:, 0].flatten(1).argsort(1))


def test_blits_copy_pixels() -> None:
    x = torch.arange(36.0).view(1, 1, 6, 6).expand(50, -1, -1, -1)
    torch.manual_seed(0)
    made = ada.ada_blit(x)
    assert made.frac().eq(0).all()
    turned = {tuple(image.flatten().tolist()) for image in made}
    wanted = [torch.rot90(x[0, 0], k).flip(f) for k in range(4) for f in ([], [1])]
    assert sum(tuple(image.flatten().tolist()) in turned for image in wanted) >= 6


def test_blits_turn_images_of_odd_by_even_sizes_without_gaps() -> None:
    x = torch.arange(35.0).view(1, 1, 5, 7).expand(40, -1, -1, -1)
    torch.manual_seed(0)
    for image in ada.ada_blit(x)[:, 0]:
        steps = (
            image.diff(dim=0).abs().unique().tolist() + image.diff(dim=1).abs().unique().tolist()
        )
        assert set(steps) <= {0, 1, 2, 7, 14}  # neighbours stay neighbours, at mirrors too


def test_the_filter_of_geometry_is_an_orthonormal_wavelet() -> None:
    taps = torch.tensor(ada.SYM6, dtype=torch.float64)
    assert abs(taps.sum() - 2**0.5) < 1e-8
    products = [(taps[: 12 - 2 * k] * taps[2 * k :]).sum() for k in range(6)]
    torch.testing.assert_close(
        torch.stack(products), torch.eye(6, dtype=torch.float64)[0], atol=1e-8, rtol=0
    )


def test_between_its_filters_geometry_loses_nothing() -> None:
    x = images(2, 16)
    places = torch.arange(-5.0, 37.0)
    rows, columns = torch.meshgrid(places, places, indexing="ij")
    same = ada.halved(ada.between(ada.doubled(x), rows[None, None], columns[None, None]))
    torch.testing.assert_close(same[..., 3:-3, 3:-3], x[..., 3:-3, 3:-3], atol=1e-5, rtol=0)


def test_geometry_spreads_over_all_directions() -> None:
    x = torch.full((200, 1, 16, 16), -1.0)
    x[:, :, 6:10, 12:15] = 1.0  # a spot on the right
    torch.manual_seed(0)
    spots = (ada.ada_geometry(x) + 1).clamp(min=0)[:, 0]
    across, down = spots.sum((0, 1)), spots.sum((0, 2))
    for mass in (across, down):
        assert 0.5 < mass[:8].sum() / mass[8:].sum() < 2


def test_color_of_the_pipeline_turns_hues_about_grey() -> None:
    x = images(64, 2)
    torch.manual_seed(0)
    made = ada.ada_color(x)
    grey = ada.ada_color(x.mean(1, keepdim=True).expand(-1, 3, -1, -1).contiguous())
    torch.testing.assert_close(grey.std(1), torch.zeros(64, 2, 2), atol=1e-5, rtol=0)
    angle = torch.nn.functional.cosine_similarity(
        x - x.mean(1, keepdim=True), made - made.mean(1, keepdim=True)
    )
    torch.testing.assert_close(angle, angle[:, :1, :1].expand_as(angle), atol=1e-3, rtol=0)
    assert angle.min() < -0.9 and angle.max() > 0.9


def test_a_share_of_the_probability_holds_for_colors() -> None:
    x = images(8)
    torch.manual_seed(0)
    half = ada.ada_color(x, 0.8, share=0.5)
    torch.manual_seed(0)
    assert half.equal(ada.ada_color(x, 0.4))
