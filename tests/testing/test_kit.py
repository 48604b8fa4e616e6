"""The kit passes what is right, and tells the author of what is wrong which promise is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from ganforge.plugins import Block, Params, ShapeError, Tensor, call
from ganforge.plugins.params import Positive
from ganforge.testing import conformance
from ganforge.testing.alone import nothing_missing
from ganforge.testing.blocks import CLAIMS
from ganforge.testing.cases import Cases
from ganforge.testing.kit import claims_of
from ganforge.testing.unmet import Unmet

HERE = __name__


class Gate(nn.Module):
    """Scales channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale[:, None, None]


class Unused(Gate):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.other = nn.Parameter(torch.ones(3))


class Cut(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale.data[:, None, None]


class Hidden(Gate):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.factor = torch.rand(())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * self.factor


class Single(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * torch.ones(4, 1, x.shape[2], x.shape[3])


class Float(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) @ torch.ones(x.shape[3], x.shape[3])


class Random(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * torch.rand_like(x)


class Mixed(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) - x.mean(0)


class _Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return gradient * 3 * x.detach() ** 2


class Cube(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _Cube.apply(super().forward(x))


class Halved(Gate):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x)[:, :, ::2]


def same(p: Params, x: Tensor) -> Tensor:
    if not isinstance(x, Tensor) or not x.is_image or min(x.shape) < 1:
        raise ShapeError("GF301", f"an image is needed, not {x}")
    return Tensor(x.shape)


def gate(name: str = "Gate", **changed: Any) -> Block:
    """A block that is right, but for what is changed."""
    target = f"{HERE}:{name}"
    block = Block("gate", "Scales channels.", infer=same, stateful=True)
    return replace(block, **{"module": lambda p, x: call(target, x.channels), **changed})


def broken(block: Block, promise: str = "") -> list[str]:
    """The promises that a block does not keep, each with what is said; or one of them."""
    said = []
    for claim in CLAIMS:
        if promise not in claim.__name__:
            continue
        try:
            claim(Cases(block))
        except Unmet as unmet:
            said.append(f"{claim.__name__}: {unmet}")
    return said


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This file is a module of a plugin; its source is not taken over here."""
    monkeypatch.setattr("ganforge.testing.values.alone", lambda call, *rest: lambda: _made(call))


def _made(made: Any) -> Any:
    return globals()[made.target.partition(":")[2]](*made.args)


def test_a_sound_block_keeps_every_promise() -> None:
    assert broken(gate()) == []


def test_a_block_without_infer_keeps_every_promise() -> None:
    assert broken(gate(infer=None)) == []


def wrong_shape(p: Params, x: Tensor) -> Tensor:
    return Tensor((*same(p, x).shape[:2], 7))


def divided(p: Params, x: Tensor) -> Tensor:
    channels, height, width = same(p, x).shape
    return Tensor((channels, height, 2 * width / 2))  # type: ignore[arg-type]


def unknown_code(p: Params, x: Tensor) -> Tensor:
    if not isinstance(x, Tensor) or not x.is_image:
        raise ShapeError("E17", "no")
    return same(p, x)


def careless(p: Params, x: Tensor) -> Tensor:
    return Tensor((x.channels, x.height, x.width))


@pytest.mark.parametrize(
    ("block", "promise", "said"),
    [
        (gate(module=None), "has_a_sound_declaration", "neither `module` nor `function`"),
        (gate(summary="scales"), "has_a_sound_declaration", "end it with a full stop"),
        (gate("Halved"), "gives_the_declared_shape", "its module gives 4 x 3 x 8"),
        (gate(infer=wrong_shape), "gives_the_declared_shape", "repair `infer`, or leave it out"),
        (gate(infer=divided), "gives_the_declared_shape", "divide by `//`"),
        (gate(module=lambda p, x: Gate(x.channels)), "runs_alone", 'call("package.module:Name"'),
        (gate("Float"), "can_be_differentiated_twice", "it fails in float64: RuntimeError"),
        (gate(infer=unknown_code), "refuses_with_a_known_rule", "`ganforge rules`"),
        (gate(infer=careless), "refuses_with_a_known_rule", "`infer` raises"),
        (
            gate(infer=lambda p, x: replace(same(p, x), range=(0.0, 0.1))),
            "keeps_its_range",
            "without `range`, or the true one",
        ),
        (gate("Unused"), "passes_gradients", "no gradient reaches its parameter `other`"),
        (gate("Cut"), "passes_gradients", "no gradient reaches its parameter `scale`"),
        (gate("Cube"), "can_be_differentiated_twice", "`twice_differentiable=False`"),
        (gate(stateful=False), "keeps_its_state", "declare `stateful=True`"),
        (gate("Hidden"), "keeps_its_state", "`register_buffer`"),
        (gate(count=lambda p, x: 0), "counts_its_weights", "its `count` is 0, and its module has"),
        (gate("Single"), "moves_between_types_and_devices", "`x.new_zeros`"),
        (gate("Mixed"), "mixes_samples_only_where_it_says_so", "declare `mixes_batch=True`"),
        (gate("Random"), "is_random_only_where_it_says_so", "declare `random=True`"),
    ],
)
def test_each_mistake_is_found_and_told(block: Block, promise: str, said: str) -> None:
    (found,) = broken(block, promise)
    assert said in found and "what to do: " in found


def test_a_name_that_emitted_source_lacks_is_told() -> None:
    missing = "name 'helper' is not defined"
    with pytest.raises(Unmet, match="does not run: NameError"), nothing_missing("case"):
        raise NameError(missing)


class NeedsWord(Params):
    size: Positive
    word: str


def test_a_block_for_which_no_case_is_found_asks_for_a_sample() -> None:
    with pytest.raises(Unmet, match=r"give one: conformance\(\.\.\., samples="):
        Cases(gate(params=NeedsWord)).fixed()


def test_a_plugin_that_gives_nothing_is_told_so() -> None:
    test = conformance("ganforge_that_is_not_there")
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    with pytest.raises(Unmet, match="no installed distribution or module has this name"):
        mark.args[1][0].check()


@pytest.mark.parametrize(
    ("kind", "name", "given"),
    [
        ("block", "linear", "Block('linear', 'Another one.', Params, infer=lambda p, x: x)"),
        ("command", "train", "Command('train', 'Trains.', 'other:train')"),
        ("spec", "dcgan", "SpecFile('dcgan', __file__)"),
    ],
)
def test_a_plugin_that_takes_a_built_in_name_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, name: str, given: str
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / f"takes_{name}.py").write_text(
        "from ganforge.plugins import Block, Command, Params, SpecFile, hookimpl\n\n\n@hookimpl\n"
        f"def ganforge_register_{kind}s():\n    return [{given}]\n"
    )
    (claim,) = (c for c in claims_of(f"takes_{name}", {}) if c.name == "takes_no_built_in_name")
    with pytest.raises(Unmet, match=f"the {kind} `{name}` has the name of a built-in one"):
        claim.check()
