"""The schema accepts every spec that `check` accepts: shipped specs with changes in them."""

from __future__ import annotations

import copy
import random
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganforge.document import shipped
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

jsonschema = pytest.importorskip("jsonschema")

VALUES: list[Any] = [
    *(1, 2, 0.5, 0, -1, 3.0, True, False, [1, 2], [2], {"kind": "normal", "std": 1}),
    *("size", "2 * width", "progress", "linear(1, 0, progress)", "none", "relu", "batch", "x", "z"),
    *("{objective}", "ganforge/batch", "ones", "hinge", "shuffle", "D(x)", "fake", "true", "1e-3"),
    *({"kind": "leaky-relu", "slope": "0.1"}, {"of": "c"}, ["x"], [["a"]], "range(2)", {}, []),
]
KEYS = ("when", "id", "side", "from", "weights", "init", "bias", "norm", "act", "every", "trains")
KEYS += ("weight", "steps", "ema", "flip", "holdout", "kernel", "padding", "pool", "shape", "notes")
Place = tuple[Any, Any]


def places(tree: Any) -> list[Place]:
    found: list[Place] = []
    stack = [tree]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        found += [(holder, key) for key in keys]
        stack += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    return found


def changed(tree: Any, draw: random.Random) -> None:
    """One change: a value is removed, replaced, copied from elsewhere, or a key is added."""
    found = places(tree)
    holder, key = draw.choice(found)
    match draw.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[key] = copy.deepcopy(draw.choice(VALUES))
        case 2:
            other, its = draw.choice(found)
            holder[key] = copy.deepcopy(other[its])
        case _ if isinstance(holder, dict):
            holder[draw.choice(KEYS)] = copy.deepcopy(draw.choice(VALUES))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(["gan", "dcgan", "cgan", "infogan", "wgan", "sngan-projection"]),
    seed=st.integers(0, 2**32),
)
def test_it_accepts_what_check_accepts(
    schema: dict[str, Any], registry: Registry, name: str, seed: int
) -> None:
    path = shipped(name)
    assert path is not None
    tree = tomllib.loads(path.read_text("utf-8"))
    changed(tree, random.Random(seed))
    text = f"{tomli_w.dumps(tree)}\n"
    if compile_spec(text, registry=registry).report.ok:
        errors = jsonschema.Draft7Validator(schema).iter_errors(tomllib.loads(text))
        assert [f"{error.json_path}: {error.message}" for error in errors] == []
