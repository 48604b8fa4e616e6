"""The example that the documentation of a block or loss shows, in a spec that is checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.graph.layers import LAYER_KEYS
from ganforge.pipeline import compile_spec
from ganforge.plugins.declarations import Block, Loss
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.show.declarations import example_of, loss_example
from ganforge.testing.cases import Case, Cases, accepts, declared
from ganforge.testing.drawing import plain_inputs
from ganforge.testing.unmet import Unmet, reason

SPEC = """\
ganforge = 1

[data]
source = "shapes"

[data.fields]
image = {{ kind = "image", size = 8 }}
label = {{ kind = "class", classes = 5 }}

[latents]
{latents}

{rest}

[train]
batch = 4
rounds = 1
optimizer = {{ kind = "adam", lr = 1e-4 }}
"""
NETWORKS = """\
[networks.N]
inputs = [{names}]
layers = [
  {layer},
{behind}]

[losses.shown]
kind = "drift"
score = "{score}"
"""
GAN = """\
[networks.G]
inputs = ["z"]
layers = [{ block = "linear", out = 192 }, { block = "reshape", shape = [3, 8, 8] }]

[networks.D]
inputs = ["x"]
layers = [{ block = "linear", out = 1 }]

[networks.E]
inputs = ["x"]
layers = [{ block = "linear", out = 5 }]

[flow]
fake = "G(z)"

[losses.shown]
"""
ALONE = '  { block = "reshape", shape = [-1] },\n  { block = "linear", out = 1 },\n'
WIRED = ("G(z)", "image", "E(image)", "label", "D(image)", "D(fake)")
"""What stands for a tensor of a loss, beside the critic's scores."""


def has_an_example_that_checks(cases: Cases, registry: Registry) -> None:
    """The example of a block compiles, for inputs of some shape."""
    block, failures = cases.block, list[str]()
    text = example_of(block)
    given = [shape for case in cases.fixed() for shape in case.shapes]
    if all(isinstance(shape, TensorList) for shape in given):
        return  # what is given lists alone stands behind what makes them, not in an example
    if block.draws is not None or any(isinstance(s, Tensor) and s.noise for s in given):
        return  # such a function stands in `[flow]`, and needs the conditions that it is about
    for spec in _specs(cases, text, failures):
        errors = _errors(spec, registry)
        if not errors:
            return
        failures.append(_told(errors))
    told = failures[0] if failures else "no input fits it"
    remedy = f"declare one that is right: Block(..., example='{{ block = \"{block.name}\", ... }}')"
    raise Unmet(f"its example `{text}` does not check: {told}", block.name, remedy)


def _specs(cases: Cases, text: str, failures: list[str]) -> Iterator[str]:
    block = cases.block
    try:
        layer = tomllib.loads(f"layer = {text}")["layer"]
    except tomllib.TOMLDecodeError as error:
        failures.append(f"it is no TOML ({reason(error)})")
        return
    further = _further_inputs(block, layer)
    own = {k: v for k, v in layer.items() if k not in (*LAYER_KEYS, *further)}
    for shapes in plain_inputs(block):
        case = Case(block, own, shapes)
        if "from" not in layer and (len(shapes) != 1 + len(further) or not accepts(case)):
            continue
        result = declared(case) if accepts(case) else Tensor((1,))
        if isinstance(result, Tensor) and result.classes is not None:
            continue
        yield _spec_of(text, _names(block, len(shapes), further), shapes, result)


def _further_inputs(block: Block, layer: Mapping[str, Any]) -> list[str]:
    return [k for name in block.inputs[1:] if (k := name.removesuffix("?")) in layer]


def _names(block: Block, count: int, further: list[str]) -> list[str]:
    if block.inputs[0].startswith("*"):
        return ["a", "b", "c"][:count]
    return [block.inputs[0], *further]


def _spec_of(layer: str, names: list[str], shapes: tuple[Tensor, ...], result: Any) -> str:
    several = isinstance(result, TensorList)
    given = ", ".join(f'"{name}"' for name in names)
    score = f"N({', '.join(f'{name}_latent' for name in names)}){'[0]' if several else ''}"
    rest = NETWORKS.format(names=given, layer=layer, behind="" if several else ALONE, score=score)
    latents = [f"{n}_latent = {_latent(s)}" for n, s in zip(names, shapes, strict=False)]
    return SPEC.format(latents="\n".join(latents), rest=rest)


def _latent(shape: Tensor) -> str:
    if shape.classes is not None:
        return f'{{ distribution = "categorical", classes = {shape.classes} }}'
    return f'{{ distribution = "normal", shape = {list(shape.shape)} }}'


_SCORED = {"real": "D(image)", "fake": "D(fake)", "score": "D(image)"}


def loss_has_an_example_that_checks(loss: Loss, registry: Registry) -> None:
    """The example of a loss compiles, with tensors of a small GAN."""
    failures: list[str] = []
    if loss.tables:
        return  # what stands in a table must be told from its latents
    choices = [("",) if name in ("real", "fake", "score") else WIRED for name in loss.tensors]
    for wired in product(*choices):
        given = {n: text for n, text in zip(loss.tensors, wired, strict=True) if text}
        rest = GAN + "\n".join(loss_example(loss, {**_SCORED, **given}))
        latents = 'z = { distribution = "normal", size = 8 }'
        errors = _errors(SPEC.format(latents=latents, rest=rest), registry)
        if not errors:
            return
        failures.append(_told(errors))
    told = failures[0] if failures else "no tensors fit it"
    remedy = "give each parameter a default that fits, or a bound that says what does"
    raise Unmet(f"its example does not check: {told}", loss.name, remedy)


ELSEWHERE = frozenset({"GF401", "GF402", "GF417"})
"""Mistakes of the spec around an example: what it does not train, and ways without a way back."""


def _errors(spec: str, registry: Registry) -> list[Diagnostic]:
    found = compile_spec(spec, registry=registry).report.errors
    return [error for error in found if error.code not in ELSEWHERE]


def _told(errors: list[Diagnostic]) -> str:
    return f"{errors[0].code}: {errors[0].message}"
