"""In which memory format a program keeps its images."""

from __future__ import annotations

import pytest

import ganforge

CRITIC = """
ganforge = 1
extends = "dcgan"

[blocks.normed]
layers = [
  { block = "relu" },
  { block = NORM },
  { block = "conv", out = 8, kernel = 4, stride = 2 },
]

[networks.D]
layers = [
  LAYERS
  { block = "conv", out = 1, kernel = "size // 2", padding = 0 },
]
"""
CONV = '{ block = "conv", out = 4, kernel = 3, stride = 1 },'
NORMED = '{ block = "normed" },'


@pytest.mark.parametrize("norm", ['"layer-norm"', '"group-norm", groups = 1'])
@pytest.mark.parametrize("before", ["", '{ block = "leaky-relu" },'])
def test_images_that_meet_a_norm_first_are_contiguous(norm: str, before: str) -> None:
    """There torch's GroupNorm crashes where channels come last."""
    text = CRITIC.replace("NORM", norm).replace("LAYERS", before + NORMED)
    assert "MEMORY_FORMAT = torch.contiguous_format" in ganforge.emit(text)
    others = CRITIC.replace("NORM", norm).replace("LAYERS", before + CONV + NORMED)
    assert "MEMORY_FORMAT = torch.channels_last" in ganforge.emit(others)
