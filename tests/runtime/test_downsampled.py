"""Images at the size of a stage."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge.runtime.downsampled import Downsampled


@pytest.fixture
def reads() -> list[int]:
    """The numbers of the samples that were read, in order."""
    return []


@pytest.fixture
def data(reads: list[int]) -> Data:
    """40 samples of 16 x 16 bytes with a class."""
    images = torch.randint(256, (40, 3, 16, 16), dtype=torch.uint8)

    def read(index: list[int]) -> dict[str, Tensor]:
        reads.extend(index)
        return {"x": images[index], "y": torch.tensor(index)}

    return Data(40, read)


def test_images_are_means_over_squares(data: Data) -> None:
    whole = data.visit(7, 20, seed=3)
    small = Downsampled(data, 16, ["x"]).at(4).visit(7, 20, seed=3)
    assert torch.equal(small["x"], F.avg_pool2d(whole["x"].float(), 4))
    assert torch.equal(small["y"], whole["y"])


def test_each_image_is_read_once_at_a_size(data: Data, reads: list[int]) -> None:
    downsampled = Downsampled(data, 16, ["x"])
    for size in (4, 8):
        for start in range(0, 120, 12):
            downsampled.at(size).visit(start, 12, seed=0)
    assert sorted(reads) == sorted([*range(40), *range(40)])


def test_large_images_are_read_a_few_at_a_time(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[int] = []

    def read(index: list[int]) -> dict[str, Tensor]:
        parts.append(len(index))
        return data.read(index)

    monkeypatch.setattr("ganforge.runtime.downsampled.PIXELS_READ", 3 * 16 * 16)
    small = Downsampled(Data(40, read), 16, ["x"]).at(4).read(list(range(8)))
    assert parts == [3, 3, 2]
    assert torch.equal(small["x"], F.avg_pool2d(data.read(list(range(8)))["x"].float(), 4))


def test_at_its_own_size_the_data_is_as_it_is(data: Data) -> None:
    assert Downsampled(data, 16, ["x"]).at(16) is data


def test_what_does_not_fit_is_read_again(
    data: Data, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganforge.runtime.downsampled.SMALL_KEPT", 10 * (3 * 4 * 4 * 4 + 8))
    small = Downsampled(data, 16, ["x"]).at(4)
    index = [*range(40), 39, 30, 0]
    assert torch.equal(small.read(index)["x"], F.avg_pool2d(data.read(index)["x"].float(), 4))
    reads.clear()
    small.read([*range(30, 40)])
    assert reads == []
    small.read([0])
    assert reads == [0]
