"""The values of a block: in other types and places, under seeds, restored, and emitted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn

from ganforge.plugins.calls import Call
from ganforge.plugins.declarations import input_names
from ganforge.plugins.running import META, applied
from ganforge.testing.alone import alone, nothing_missing
from ganforge.testing.cases import Case, Cases, close, floats, mapped, stirred
from ganforge.testing.unmet import Unmet, reason


def has_one_meaning(cases: Cases) -> None:
    """Module and function give the same values."""
    for case in cases.fixed():
        if case.block.module is None or case.block.function is None or case.block.random:
            continue
        inputs = case.tensors()
        module = case.module()
        if module.state_dict():
            remedy = "a block with state has no `function`"
            raise Unmet("it has a function and a module with state", case, remedy)
        other = applied(case.block, case.params, case.shapes, inputs)
        if not close(module(*inputs), other):
            raise Unmet("its module and its function give other values", case, "repair one of them")


def keeps_its_state(cases: Cases) -> None:
    """What a checkpoint holds is all that its values depend on; and `stateful` says whether it has
    weights or buffers.
    """
    for case in cases.fixed():
        if case.block.module is None:
            continue
        module = stirred(case.module())
        if module.state_dict() and not case.block.stateful:
            raise Unmet("it has weights or buffers", case, "declare `stateful=True`")
        inputs = case.tensors()
        torch.manual_seed(0)
        module(*inputs)
        for other in (case.module(seed=9), copy.deepcopy(module)):
            _check_restored(case, module, other, inputs)


def counts_its_weights(cases: Cases) -> None:
    """`count` says how many numbers the module learns: `show` and pictures tell it."""
    count = cases.block.count
    if count is None:
        return
    for case in cases.fixed():
        said = count(case.params, *case.shapes)
        learned = [weight for weight in case.module().parameters() if weight.requires_grad]
        found = sum(weight.numel() for weight in learned)
        if said != found:
            remedy = "repair `count`, or leave it out"
            raise Unmet(f"its `count` is {said}, and its module has {found} weights", case, remedy)


def _check_restored(case: Case, module: nn.Module, other: nn.Module, inputs: list[Any]) -> None:
    try:
        other.load_state_dict(module.state_dict())
    except RuntimeError as error:
        remedy = "make all parameters and buffers in `__init__`, of sizes that its arguments fix"
        raise Unmet(f"its state cannot be loaded: {reason(error)}", case, remedy) from error
    module.eval()
    other.eval()
    results = []
    for each in (module, other):
        torch.manual_seed(3)
        results.append(each(*inputs))
    if not close(results[0], results[1], 0):
        remedy = "keep what it computes with in parameters and buffers (`register_buffer`)"
        raise Unmet("with the same state it gives other values", case, remedy)


def moves_between_types_and_devices(cases: Cases) -> None:
    """float64, bfloat16, the meta device, and a GPU where there is one."""
    for case in cases.fixed():
        torch.manual_seed(0)
        single = case.callable()(*case.tensors())
        kinds: list[dict[str, Any]] = [
            {"dtype": torch.float64},
            {"dtype": torch.bfloat16},
            {"device": META},
        ]
        kinds += [{"device": torch.device("cuda")}] if torch.cuda.is_available() else []
        for kind in kinds:
            _check_moved(case, kind, single)


def _check_moved(case: Case, kind: dict[str, Any], single: Any) -> None:
    name = str(kind.get("dtype", kind.get("device"))).removeprefix("torch.")
    call = case.callable()
    if isinstance(call, nn.Module):
        call = call.to(**kind)
    drawn = case.tensors(dtype=kind.get("dtype"))
    inputs = [mapped(lambda t: t.to(device=kind.get("device")), given) for given in drawn]
    weights = list(call.parameters()) if isinstance(call, nn.Module) else []
    numbers = bool(floats(inputs) or weights)
    torch.manual_seed(0)
    try:
        result = call(*inputs)
    except Exception as error:
        raise Unmet(f"it fails in {name}: {reason(error)}", case, MOVING) from error
    for part in floats(result):
        if numbers and part.dtype != kind.get("dtype", torch.float32):
            found = str(part.dtype).removeprefix("torch.")
            raise Unmet(f"given {name} it returns {found}", case, MOVING)
        if part.device.type != kind.get("device", torch.device("cpu")).type:
            raise Unmet(f"given tensors on {name} it returns one on {part.device}", case, MOVING)
        if not part.is_meta and not part.isfinite().all():
            raise Unmet(f"in {name} it gives what is no finite number", case, MOVING)
    comparable = kind.get("dtype") == torch.float64 and not case.block.random
    if comparable and not close(result, single, 1e-3):
        raise Unmet("in float64 it gives other values than in float32", case, MOVING)


MOVING = (
    "make tensors in `forward` like the input (`x.new_zeros`, `torch.ones_like(x)`, `.to(x)`), "
    "and keep constants as buffers"
)


def is_random_only_where_it_says_so(cases: Cases) -> None:
    """The same seed gives the same weights and values; another one too, unless it is `random`."""
    for case in cases.fixed():
        inputs = case.tensors()
        results: list[Any] = []
        states: list[list[torch.Tensor]] = []
        for seed in (0, 0, 1):
            call = case.callable(seed=0)
            if isinstance(call, nn.Module):
                states.append(list(copy.deepcopy(call.state_dict()).values()))
                stirred(call)
            torch.manual_seed(seed)
            results.append(call(*inputs))
        if states and not close(states[0], states[1], 0):
            raise Unmet("the same seed gives other weights", case, _SEEDS)
        if not close(results[0], results[1], tolerance=0):
            raise Unmet("the same seed gives other values", case, _SEEDS)
        if not case.block.random and not close(results[0], results[2], tolerance=0):
            raise Unmet("it draws random numbers", case, "declare `random=True`")


_SEEDS = "draw with torch alone (`torch.rand`), from its usual generator"


def mixes_samples_only_where_it_says_so(cases: Cases) -> None:
    """What it gives for one sample does not depend on the others, unless it `mixes_batch`."""
    for case in cases.fixed():
        if case.block.module is None or case.block.mixes_batch:
            continue
        module = stirred(case.module())
        given = case.tensors(seed=1)
        others = mapped(lambda a, b: torch.cat([a[:1], b[1:]]), given, case.tensors(seed=2))
        results = []
        for inputs in (given, others):
            torch.manual_seed(0)
            results.append(first_of(module(*inputs)))
        if not close(results[0], results[1], 1e-6):
            remedy = "declare `mixes_batch=True`: gradient penalties and batches of one ask for it"
            raise Unmet("what it gives for a sample depends on the others", case, remedy)


def first_of(result: Any) -> Any:
    """The first sample of what a block gives."""
    if isinstance(result, list | tuple):
        return [first_of(item) for item in result]
    return result[:1]


def runs_alone(cases: Cases) -> None:
    """Its emitted source, in an empty namespace, gives the same values."""
    block = cases.block
    for case in cases.fixed():
        if block.module is not None:
            made = _call_of(block.module, case)
            source = alone(made, (), block.requires, case)
            with nothing_missing(case):
                _compare_alone(case, case.module(), source(), "module")
        if block.function is not None:
            value = _call_of(block.function, case)
            source = alone(value, input_names(block, len(case.shapes)), block.requires, case)
            with nothing_missing(case):
                _compare_alone(case, partial(_applied, case), source, "function")


def _call_of(part: Callable[..., Call], case: Case) -> Call:
    """What a declaration gives as a call: it names what makes a module, and makes none."""
    given: object = part(case.params, *case.shapes)
    if not isinstance(given, Call):
        remedy = 'write `call("package.module:Name", ...)` of `ganforge.plugins`'
        raise Unmet(f"it gives {given!r}, and no call", case, remedy)
    return given


def _applied(case: Case, *tensors: Any) -> Any:
    return applied(case.block, case.params, case.shapes, tensors)


def _compare_alone(
    case: Case, own: Callable[..., Any], emitted: Callable[..., Any], part: str
) -> None:
    if isinstance(own, nn.Module) and isinstance(emitted, nn.Module):
        emitted.load_state_dict(stirred(own).state_dict())
    results = []
    for each in (own, emitted):
        torch.manual_seed(0)
        results.append(each(*case.tensors()))
    if not close(results[0], results[1], 0):
        remedy = "let it depend on its arguments alone, not on globals that change"
        raise Unmet(f"the emitted {part} gives other values", case, remedy)
