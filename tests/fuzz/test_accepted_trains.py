"""What the compiler accepts trains: two rounds of every player on the meta device, and samples.

`make fuzz` tries thousands of mutations of every spec; here are some dozens, the same every time.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w
from campaign import mutated, small
from claims import check, trains
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ganforge.document import shipped_names
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.good.toml"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".good.toml"))
def test_repaired_specs_train(path: Path, registry: Registry) -> None:
    trains(compile_spec(path, registry=registry))


@pytest.mark.parametrize("name", shipped_names())
def test_mutations_start_from_a_sound_spec(name: str, registry: Registry) -> None:
    assert compile_spec(tomli_w.dumps(small(name)), registry=registry).report.ok


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.generate,),  # a seed is as good as any other
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(["gan", "cgan", "dcgan", "wgan", "pix2pix"]),
    seed=st.integers(0, 2**32),
)
def test_a_mutated_spec_is_refused_or_trains(registry: Registry, name: str, seed: int) -> None:
    text, _ = mutated(small(name), seed, registry)
    check(text, registry)
