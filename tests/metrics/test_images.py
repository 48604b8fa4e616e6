"""Images as extractors take them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.errors import CannotStart
from ganforge.metrics.images import fitted
from ganforge.runtime.samples import as_bytes


def test_the_range_of_samples_becomes_bytes_rounded_and_clipped() -> None:
    values = torch.tensor([-1.5, -1.0, 0.0, 0.999, 1.0, 7.0]).reshape(1, 1, 1, 6)
    assert as_bytes(values, -1, 1).flatten().tolist() == [0, 0, 128, 255, 255, 255]
    assert as_bytes(values, 0, 1).flatten().tolist() == [0, 0, 0, 255, 255, 255]


def test_bytes_of_the_right_kind_are_only_scaled() -> None:
    images = torch.tensor([0, 51, 255, 102], dtype=torch.uint8).reshape(1, 1, 2, 2)
    assert fitted(images, 1, 2).flatten().tolist() == pytest.approx([-1, -0.6, 1, -0.2])


def test_grey_becomes_three_equal_channels_and_colour_its_luma_as_in_pillow() -> None:
    noise = torch.Generator().manual_seed(0)
    colour = torch.randint(256, (1, 3, 5, 5), generator=noise, dtype=torch.uint8)
    grey = fitted(colour, 1, 5)
    pillow = np.asarray(Image.fromarray(colour[0].permute(1, 2, 0).numpy()).convert("L"))
    assert np.abs((grey[0, 0].numpy() + 1) * 127.5 - pillow).max() <= 1
    back = fitted(colour[:, :1], 3, 5)
    assert torch.equal(back[:, 0], back[:, 1]) and torch.equal(back[:, 0], back[:, 2])


def test_other_sizes_are_resized_without_a_change_of_the_mean() -> None:
    noise = torch.Generator().manual_seed(0)
    images = torch.randint(256, (2, 3, 32, 32), generator=noise, dtype=torch.uint8)
    small = fitted(images, 3, 16)
    assert small.shape == (2, 3, 16, 16)
    assert small.mean().item() == pytest.approx(fitted(images, 3, 32).mean().item(), abs=0.02)


def test_other_numbers_of_channels_are_refused_with_the_remedy() -> None:
    with pytest.raises(CannotStart, match="these have 4: train one with `--channels 4`"):
        fitted(torch.zeros(1, 4, 8, 8, dtype=torch.uint8), 3, 8)
