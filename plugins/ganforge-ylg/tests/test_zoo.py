"""The spec `ylg`: found by its name, with the published counts and masks, trained and emitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from ganforge_ylg.attention import LocalSparseAttention
from torch import nn

import ganforge
from ganforge.testing import script_trains_alike

TINY = {"width": 8, "heads": 2, "classes": 4, "train.batch": 2}
PUBLISHED = {"G": 42_078_852, "D": 39_463_618}
"""As many as SAGAN's: heads and masks have no weights."""


@pytest.fixture(scope="module")
def networks() -> dict[str, nn.Module]:
    """The networks at full size, without memory."""
    from ganforge.pipeline import compile_spec
    from ganforge.runs.programs import import_program

    with torch.device("meta"):
        program = import_program(compile_spec("ylg").program().text)
        return dict(program.build(0, torch.device("meta")).networks)


def test_it_has_no_problems() -> None:
    assert str(ganforge.check("ylg")) == "No problems found."


def test_it_has_the_published_number_of_weights(networks: dict[str, nn.Module]) -> None:
    counts = {name: sum(w.numel() for w in n.parameters()) for name, n in networks.items()}
    assert counts == PUBLISHED


def test_both_attentions_see_256_cells_in_8_heads(networks: dict[str, nn.Module]) -> None:
    for network, channels in ((networks["G"], 256), (networks["D"], 128)):
        (attention,) = (m for m in network.modules() if isinstance(m, LocalSparseAttention))
        assert attention.seen.shape == (8, 256, 17)  # tests/test_patterns.py tells which
        assert attention.query.in_channels == channels


def test_its_masks_are_as_dense_as_published(
    masks_of: Callable[[LocalSparseAttention], torch.Tensor],
) -> None:
    masks = masks_of(LocalSparseAttention(128, 32, 32))
    assert masks.sum((1, 2)).tolist() == [8704, 17344] * 4


def test_it_is_trained_and_its_script_does_the_same_alone(tmp_path: Path) -> None:
    script = script_trains_alike("ylg", TINY, folder=tmp_path)
    assert "LocalSparseAttention(channels, 32, 32, heads=2)" in script
    assert "def head_pattern" in script
