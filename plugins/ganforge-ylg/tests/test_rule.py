"""The rule YLG001, in reports as those of ganforge."""

from __future__ import annotations

from pathlib import Path

import ganforge

SPEC = (Path(__file__).parents[1] / "examples" / "ylg-small.toml").read_text()


def with_steps(steps: str) -> str:
    return SPEC.replace('block = "ylg-attention"', f'block = "ylg-attention", steps = {steps}', 1)


def test_steps_without_full_information_are_a_warning_at_their_place() -> None:
    (found,) = ganforge.check(with_steps('["repetitive", "floor"]')).diagnostics
    assert (found.code, found.severity.value) == ("YLG001", "warning")
    assert "do not let every cell of 4 x 4 reach all" in found.message
    assert found.help == 'write `steps = ["floor", "repetitive"]`'
    assert found.span is not None


def test_steps_with_full_information_are_none() -> None:
    twice = '["floor", "repetitive", "floor", "repetitive"]'
    assert not ganforge.check(with_steps(twice)).diagnostics
