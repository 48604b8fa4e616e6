"""Composite blocks as classes: instances that differ in sizes only share a class with arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.networks import (
    ClassText,
    live_arguments,
    returned_type,
    typed_inputs,
    write_body,
)
from ganforge.codegen.starts import Common, common
from ganforge.graph.graph import Network
from ganforge.graph.nodes import Body, Composite
from ganforge.plugins.shapes import Tensor

WORD = re.compile(r"[A-Za-z0-9]+")
INTEGER = re.compile(r"(?<![\w.'\"])\d+(?![\w.'\"])")


@dataclass
class _Form:
    """Instances whose texts are equal but for whole numbers in `__init__`."""

    name: str
    inputs: tuple[str, ...]
    skeleton: tuple[str, ...]
    forward: tuple[str, ...]
    live: tuple[str, ...]
    instances: list[tuple[Composite, list[int]]] = field(default_factory=list)


def write_composites(
    networks: Mapping[str, Network], imports: Imports, names: Namespace
) -> tuple[list[ClassText], dict[int, str]]:
    """The classes of all composite blocks, inner ones first, and the call that makes each."""
    classes: list[ClassText] = []
    instances: dict[int, str] = {}
    for group in _by_height(networks):
        forms: dict[object, _Form] = {}
        for composite, shared in group:
            made, forward = write_body(composite.body, imports, instances, shared)
            skeleton = tuple(INTEGER.sub("#", line) for line in made)
            live = live_arguments(composite.body)
            key = (composite.name, skeleton, tuple(forward), live)
            inputs = tuple(composite.body.inputs)
            form = _Form(composite.name, inputs, skeleton, tuple(forward), live)
            form = forms.setdefault(key, form)
            numbers = [int(n) for line in made for n in INTEGER.findall(line)]
            form.instances.append((composite, numbers))
        for form in forms.values():
            alike = [other for other in forms.values() if other.name == form.name]
            classes.append(_class(form, _differences(form, alike), names, instances))
    return classes, instances


def _differences(form: _Form, alike: list[_Form]) -> dict[str, bool | str]:
    """The params by which a form differs from most instances of its block: truth values and plain
    words, since they become a name.
    """
    everywhere = [composite.params for other in alike for composite, _ in other.instances]
    here = [composite.params for composite, _ in form.instances]
    differences = dict[str, bool | str]()
    for name, value in here[0].items():
        values = [params[name] for params in everywhere]
        usual = max(values, key=values.count)
        if value == usual or any(params[name] != value for params in here):
            continue
        if isinstance(value, bool) or (isinstance(value, str) and WORD.fullmatch(value)):
            differences[name] = value
    return differences


def _class_name(block: str, differences: Mapping[str, bool | str]) -> str:
    """`DownFirst` of a block `down` with first = true, `DownNoPool` with pool = false."""
    words = block.split("-")
    for name, value in differences.items():
        words += ["no"] * (value is False) + name.split("_")
        if isinstance(value, str):
            words.append(value)
    return "".join(word.capitalize() for word in words)


def _by_height(networks: Mapping[str, Network]) -> list[list[tuple[Composite, Common]]]:
    """Distinct instances in layers: those that contain no other first, wherever they stand, so that
    all of one block share a class. Iterative, blocks nest at most 50 deep.
    """
    found: dict[int, tuple[Composite, Common]] = {}
    depth: dict[int, int] = {}
    for network in networks.values():
        shared = common(network.body)
        level: list[Body] = [network.body]
        distance = 0
        while level:
            distance += 1
            inner = [composite for body in level for composite in _composites(body)]
            level = []
            for composite in inner:
                key = id(composite.body)
                if depth.get(key, 0) < distance:
                    found.setdefault(key, (composite, shared))
                    depth[key] = distance
                    level.append(composite.body)
    height: dict[int, int] = {}
    for key in sorted(found, key=depth.__getitem__, reverse=True):
        inner = _composites(found[key][0].body)
        height[key] = max((height[id(composite.body)] + 1 for composite in inner), default=0)
    groups: dict[int, list[tuple[Composite, Common]]] = {}
    for key, entry in found.items():
        groups.setdefault(height[key], []).append(entry)
    return [groups[place] for place in sorted(groups)]


def _composites(body: Body) -> list[Composite]:
    """The instances that stand in a body."""
    return [n.operation for n in body.nodes if isinstance(n.operation, Composite)]


def _class(
    form: _Form,
    differences: Mapping[str, bool | str],
    names: Namespace,
    instances: dict[int, str],
) -> ClassText:
    name = names.take(_class_name(form.name, differences))
    columns = list(zip(*(numbers for _, numbers in form.instances), strict=True))
    arguments = _arguments(form, columns)
    ordered = list(dict.fromkeys(a for a in arguments if a is not None))
    for composite, numbers in form.instances:
        values = {a: n for a, n in zip(arguments, numbers, strict=True) if a is not None}
        instances[id(composite.body)] = f"{name}({', '.join(str(values[a]) for a in ordered)})"
    made = _filled(form.skeleton, arguments, form.instances[0][1])
    settings = ", ".join(f"{name} = {json.dumps(value)}" for name, value in differences.items())
    summary = f"The block `{form.name}`{f' with {settings}' if settings else ''}."
    body = form.instances[0][0].body
    inputs, returns = typed_inputs(body), returned_type(body)
    return ClassText(name, inputs, summary, made, form.forward, returns, tuple(ordered), form.live)


def _arguments(form: _Form, columns: list[tuple[int, ...]]) -> list[str | None]:
    """For each number the argument that it is, None where it is the same in every instance."""
    candidates = _candidates(form)
    names = Namespace({"self", *form.inputs})
    by_column: dict[tuple[int, ...], str] = {}
    arguments: list[str | None] = []
    for position, column in enumerate(columns):
        alone = len(form.instances) == 1
        if len(set(column)) == 1 and not (
            alone and _positional(form, position) and column in candidates.values()
        ):
            arguments.append(None)
            continue
        if column not in by_column:
            wanted = next((n for n, values in candidates.items() if values == column), "size")
            by_column[column] = names.take(wanted)
        arguments.append(by_column[column])
    return arguments


def _candidates(form: _Form) -> dict[str, tuple[int, ...]]:
    """What the numbers may be called: the block's params, the channels of its first input."""
    candidates: dict[str, tuple[int, ...]] = {}
    first = form.instances[0][0]
    for name, value in first.params.items():
        if isinstance(value, int) and not isinstance(value, bool):
            candidates[name] = tuple(c.params[name] for c, _ in form.instances)  # type: ignore[misc]
    channels = []
    for composite, _ in form.instances:
        node = composite.body.nodes[next(iter(composite.body.inputs.values()))]
        if isinstance(node.shape, Tensor) and node.shape.shape:
            channels.append(node.shape.channels)
    if len(channels) == len(form.instances):
        candidates["channels"] = tuple(channels)
    return candidates


def _positional(form: _Form, position: int) -> bool:
    """Whether a number stands as a size, not as the value of a keyword such as `kernel_size=3`."""
    text = "\n".join(form.skeleton)
    places = [match.start() for match in re.finditer("#", text)]
    return text[places[position] - 1] in "( "


def _filled(
    skeleton: tuple[str, ...], arguments: list[str | None], numbers: list[int]
) -> tuple[str, ...]:
    values = iter(zip(arguments, numbers, strict=True))

    def fill(match: re.Match[str]) -> str:
        argument, number = next(values)
        return argument or str(number)

    return tuple(re.sub("#", fill, line) for line in skeleton)
