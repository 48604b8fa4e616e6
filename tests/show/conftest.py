"""Pictures of specs, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from ganforge.pipeline import compile_spec
from ganforge.show.picture import picture_of
from ganforge.show.picture.model import Picture

Draw = Callable[..., Picture]


@cache
def _draw(source: str) -> Picture:
    compilation = compile_spec(source)
    assert compilation.plan is not None, compilation.report
    return picture_of(compilation)


@pytest.fixture
def draw() -> Draw:
    """`draw("dcgan")`, or of the text of a spec."""
    return _draw
