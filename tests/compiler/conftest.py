"""Specs as text, compiled with one registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry, load_registry

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
HEAD, TAIL = BASE.split("[networks.D]")[0], "[flow]" + BASE.split("[flow]")[1]
ONE = '{ block = "linear", out = 1 }'

Compile = Callable[[str], Compilation]
RESIDUAL = """
[blocks.res]
inputs = ["x", "skip?"]
params = { out = { type = "int" }, norm = { choices = ["batch", "none"], default = "none" } }
layers = [
  { block = "conv", out = "out", norm = "{norm}" },
  { from = "prev + skip", when = "has(skip)" },
]
"""


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture
def compiled(registry: Registry) -> Compile:
    """Compiles a text."""
    return lambda text: compile_spec(text, registry=registry)


@pytest.fixture
def critic(registry: Registry) -> Callable[..., Compilation]:
    """Compiles the base spec with these layers in its critic, and more tables behind."""

    def with_layers(*layers: str, more: str = "", keys: str = "") -> Compilation:
        listed = "".join(f"  {layer},\n" for layer in layers)
        network = f"[networks.D]\n{keys}\nlayers = [\n{listed}]\n\n"
        return compile_spec(HEAD + network + TAIL + more, registry=registry)

    return with_layers


@pytest.fixture
def base() -> str:
    """A small spec that is right."""
    return BASE


@pytest.fixture
def residual() -> str:
    """A composite block of a convolution, with an input that may be left out."""
    return RESIDUAL
