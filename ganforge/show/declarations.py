"""What a block or a loss can be told: its parameters with their types, and an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ganforge.plugins.declarations import Block, Loss
from ganforge.plugins.live import Plateau
from ganforge.plugins.params import Params

_NO_TENSORS: Mapping[str, str] = MappingProxyType({})
_TYPES = ((bool, "true or false"), (int, "whole number"), (float, "number"), (str, "word"))


def block_text(block: Block) -> str:
    """A block for people."""
    many = block.inputs[0].startswith("*")
    named = block.inputs if block.draws is None else block.inputs[:-1]
    call = f"{block.name.replace('-', '_')}({', '.join(named)})"
    uses = [] if many else ["layer"]
    uses += [f"function in wiring: {call}"] if block.function and not block.stateful else []
    lines = [f"{block.name}: {block.summary}", f"inputs: {', '.join(block.inputs)}"]
    lines += [f"usable as: {', '.join(uses)}", *_parameters(block.params), "", "example:"]
    return "\n".join([*lines, f"  {example_of(block)}"])


def example_of(block: Block) -> str:
    """A layer with a block, as its author or else its parameters say."""
    if block.example:
        return block.example
    if block.inputs[0].startswith("*"):
        return f'{{ from = "{block.name.replace("-", "_")}(a, b)" }}'
    return _as_layer(block)


def _as_layer(block: Block) -> str:
    keys = [f'block = "{block.name}"', *_required(block.params)]
    keys += [f'{name} = "{name}"' for name in block.inputs[1:] if name[-1] != "?"]
    return f"{{ {', '.join(keys)} }}"


def loss_text(loss: Loss) -> str:
    """A loss for people."""
    tensors = [*loss.tensors, *(f"{table} (a table from latents)" for table in loss.tables)]
    tensors += [f"{key} (the weights of networks)" for key in loss.networks]
    lines = [f"{loss.name}: {loss.summary}", f"tensors: {', '.join(tensors)}"]
    lines += [f"logged too: {', '.join(loss.reports)}"] if loss.reports else []
    lines += [*_parameters(loss.params), "", "example:"]
    lines += [f"  [losses.{loss.name.rpartition('/')[2].replace('-', '_')}]"]
    return "\n".join([*lines, *(f"  {line}" for line in loss_example(loss))])


def loss_example(loss: Loss, tensors: Mapping[str, str] = _NO_TENSORS) -> list[str]:
    """The lines of a loss's table. tensors: what stands for a tensor, by its name."""
    shown = {**_EXAMPLES, **loss.example, **tensors}
    wiring = {name: shown.get(name, name) for name in loss.tensors}
    lines = [f'kind = "{loss.name}"', *(f'{name} = "{text}"' for name, text in wiring.items())]
    lines += [f'{table} = {{ c = "Q(fake)" }}' for table in loss.tables]
    lines += [f'{key} = ["G"]' for key in loss.networks]
    return [*lines, *_required(loss.params)]


_EXAMPLES = {"real": "D(x)", "fake": "D(fake)", "score": "D(x)"}


def _parameters(params: type[Params]) -> Iterator[str]:
    fields = {field.alias or name: field for name, field in params.model_fields.items()}
    if not fields:
        yield "no parameters"
        return
    yield "parameters:"
    width = max(map(len, fields))
    for name, field in fields.items():
        says = "must be given" if field.is_required() else f"default {_written(field.default)}"
        yield f"  {name.ljust(width)}  {_type(field.annotation)}; {says}"


def _required(params: type[Params]) -> list[str]:
    fields = params.model_fields.items()
    return [
        f"{field.alias or name} = {_example(field)}"
        for name, field in fields
        if field.is_required()
    ]


def _type(annotation: Any) -> str:
    """A type in words; formulas may stand for numbers everywhere."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in inner)
    if origin in (Union, UnionType):
        parts = [_type(part) for part in inner if part is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin is tuple:
        return f"list of {_type(inner[0])}s"
    if origin is dict:
        return "name, or table with `kind`"
    if annotation is Plateau:
        return "plateau"
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return f"table of {', '.join(annotation.model_fields)}"
    return next((words for type_, words in _TYPES if annotation is type_), "formula over training")


def _written(value: Any) -> str:
    """A default as TOML has it; None is a rule of its own that the documentation tells."""
    if value is None:
        return "automatic"
    if isinstance(value, dict) and set(value) == {"kind"}:
        return f'"{value["kind"]}"'
    if isinstance(value, Params):
        shown = {name: getattr(value, name) for name in type(value).model_fields}
        pairs = [f"{k} = {_written(v)}" for k, v in shown.items() if v is not None]
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(_written(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _example(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return f'"{get_args(annotation)[0]}"'
    if get_origin(annotation) is tuple:
        return "[1, 1, 1, 1]"
    return {int: "2", float: "0.5", bool: "true"}.get(annotation, '"..."')  # type: ignore[arg-type]
