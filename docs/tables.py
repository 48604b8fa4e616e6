"""Tables of keys for the language reference: what they hold, and their defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from ganforge.plugins import live, params

FOLDER = Path(__file__).parent
MEANINGS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (FOLDER / "meanings.toml").read_text("utf-8")
)


NAMED_TYPES: tuple[tuple[Any, str], ...] = (
    (params.Int, "whole number"),
    (params.Positive, "whole number, at least 1"),
    (params.Float, "number"),
    (params.Bool, "true or false"),
    (params.Word, "word"),
    (params.Ints, "list of whole numbers"),
    (params.Levels, "whole number, or list of whole numbers"),
    (params.Floats, "list of numbers"),
    (list[params.Ints], "list of lists of whole numbers"),
    (list[params.Floats], "list of lists of numbers"),
    (live.Live, "live number"),
    (live.LivePair, "two live numbers"),
    (params.Reference, "word, or table with `kind`"),
    (list[str], "list of strings"),
    (list[dict[str, Any]], "list of layers"),
    (str, "string"),
)
BOUNDS = (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def keys(name: str, model: type[params.Params], without: Iterable[str] = ()) -> str:
    """The keys of a table: what they hold and what they mean."""
    rows = []
    for key, (hint, field) in fields_of(model).items():
        if key not in set(without):
            row = (f"`{key}`", type_of(hint, field), default_of(field), MEANINGS[name][key])
            rows.append(row)
    return table(("key", "type", "default", "meaning"), rows)


def fields_of(model: type[params.Params]) -> dict[str, tuple[Any, FieldInfo]]:
    """By key: the annotation as it is written, and the field."""
    hints = get_type_hints(model, include_extras=True)
    return {f.alias or n: (hints[n], f) for n, f in model.model_fields.items()}


def type_of(hint: Any, field: FieldInfo) -> str:
    """What a key holds, in words."""
    words = words_of(hint)
    bounds = [
        f"{text} {getattr(item, name):g}"
        for item in field.metadata
        for name, text in BOUNDS
        if hasattr(item, name) and "at least" not in words
    ]
    return ", ".join([words, *bounds])


def words_of(hint: Any) -> str:
    known = next((words for type_, words in NAMED_TYPES if type_ == hint), None)
    if known is not None:
        return known
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        base = next((w for t, w in NAMED_TYPES if get_args(t)[1:2] == inner[1:2]), None)
        return base or words_of(inner[0])
    if origin is Literal:
        return " or ".join(f'`"{choice}"`' for choice in inner)
    if origin in (Union, UnionType):
        return " or ".join(words_of(part) for part in inner if part is not type(None))
    if origin is tuple:
        return f"list of {len(inner)} {words_of(inner[0])}s"
    return "table"


def default_of(field: FieldInfo) -> str:
    """A default as TOML has it."""
    if field.is_required():
        return "must be given"
    return "" if field.default is None else f"`{toml(field.default)}`"


def toml(value: Any) -> str:
    if isinstance(value, params.Params):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, dict) and list(value) == ["kind"]:
        return toml(value["kind"])
    if isinstance(value, dict):
        pairs = [f"{key} = {toml(part)}" for key, part in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def variants(key: str, chosen: Mapping[str, type[params.Params]], common: Iterable[str]) -> str:
    """The models between which the value of one key chooses."""
    rows = []
    for name, model in chosen.items():
        own = [given(k, f) for k, (_, f) in fields_of(model).items() if k not in (key, *common)]
        rows.append((f'`"{name}"`', in_line(model.__doc__), ", ".join(own)))
    return table((f"`{key}`", "what it is", "further keys"), rows)


def in_line(text: str | None) -> str:
    """Text for a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def given(name: str, field: FieldInfo) -> str:
    """A parameter with its default, as one writes it."""
    if field.is_required():
        return f"`{name}`"
    if field.default is None:
        return f"`{name}` (optional)"
    return f"`{name} = {toml(field.default)}`"
