"""Reading one table by its model, and turning what pydantic finds into located diagnostics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ganforge.diagnostics.diagnostic import Edit, Fix
from ganforge.diagnostics.habits import of_key, of_word
from ganforge.diagnostics.suggest import Suggestion, did_you_mean
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, evaluate, shown
from ganforge.formula.parse import parse_formula
from ganforge.plugins.mistakes import as_shape_error
from ganforge.plugins.params import insert
from ganforge.spec.findings import Findings, dotted, holds, lookup
from ganforge.spec.keys import meant_key, table_of, unknown_key_help

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class _Place:
    """The table that is read: where its values stand, and which keys it knows."""

    path: Path
    model: type[BaseModel]
    extra_keys: Iterable[str]
    table: str
    findings: Findings
    scope: Scope
    origins: Mapping[str, Path]

    def known(self, steps: Path = ()) -> list[str]:
        """The keys of the table, or of the table that stands in it where `steps` lead."""
        models = [self.model]
        for step in steps:
            held = [model.model_fields[step] for model in models if step in model.model_fields]
            models = [inner for about in held for inner in _models(about.annotation)] or models
        named = [about.alias or n for model in models for n, about in model.model_fields.items()]
        return [*dict.fromkeys(named), *(self.extra_keys if not steps else ())]

    def kind(self, steps: Path) -> str:
        """What kind of table holds the key to which `steps` lead."""
        kind = table_of(self.path + steps)
        return "stages" if kind == "train" and self.findings.training else kind

    def at(self, steps: Path) -> Path:
        """Where a value of the table was written."""
        if steps and steps[0] in self.origins:
            return (*self.origins[str(steps[0])], *steps[1:])
        return self.path + steps


def read(
    model: type[M],
    value: object,
    path: Path,
    scope: Scope,
    findings: Findings,
    *,
    table: str = "",
    extra_keys: Iterable[str] = (),
    origins: Mapping[str, Path] | None = None,
) -> M | None:
    """The table at `path` as its model, or None after reporting what is wrong with it.

    table: what it is called in a spec. extra_keys: keys that are known although the model lacks
    them.
    origins: for keys that were written elsewhere, such as in `defaults`, their own places.
    """
    place = _Place(path, model, tuple(extra_keys), table, findings, scope, origins or {})
    try:
        return model.model_validate(_with_words(value, place), context=scope)
    except ValidationError as error:
        details = error.errors(include_url=False)
        unknown = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
        meant = {_meant(loc, place) for loc in unknown}
        formed: set[tuple[Path, bool]] = set()  # of one key of a wrong form the first part
        for detail in details:
            if detail["type"] == "extra_forbidden":
                _unknown_key(detail["loc"], value, unknown, place)
            elif detail["type"] != "missing" or detail["loc"] not in meant:
                form = (_walk(detail["loc"], value)[:1], detail["type"] in _FORMS)
                if form not in formed:
                    _report(detail, value, place)
                formed |= {form} if form[1] else set()
    except UnknownShapeError:
        pass
    except Exception as error:
        if model.__module__.split(".")[0] == "ganforge":
            raise
        told = as_shape_error(error, f"`{model.__name__}` cannot be read", model)
        findings.add(told.code, path, told.message, told.help)
    return None


def _meant(loc: Path, place: _Place) -> Path:
    """The key that an unknown one is meant for: misspelled, it is not missing as well."""
    return (*loc[:-1], meant_key(place.kind(loc), str(loc[-1]), place.known(loc[:-1])))


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The tables that a key may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def chosen(
    table: Mapping[str, Any], key: str, known: Iterable[str], path: Path, findings: Findings
) -> str | None:
    """The value of the key that says which model a table has; None after reporting what is
    wrong.
    """
    known, value = list(known), table.get(key)
    kind = table_of((*path, key))
    misnamed = next((k for k in table if meant_key(kind, k, [key]) == key), None)
    misnamed = misnamed or next((k for k in table if of_key(kind, k, ()) is not None), None)
    if key not in table and misnamed is not None:
        help = unknown_key_help(kind, misnamed, [key])
        findings.add("GF102", (*path, misnamed), f"unknown key `{misnamed}`", help, key=True)
    elif key not in table:
        message = f"{_named(path)} needs `{key}`"
        usual = "adam" if "adam" in known else known[0]
        findings.add("GF111", path, message, f'write `{key} = "{usual}"`')
    elif not isinstance(value, str):
        message = f"`{key}` must be a word in quotes, not {shown(value)}"
        findings.add("GF114", (*path, key), message, f"choices: {', '.join(known)}")
    elif value not in known:
        message = f"`{key}` cannot be {shown(value)}"
        of = kind if key == "kind" else key
        findings.add("GF110", (*path, key), message, did_you_mean(value, known, of=of))
    else:
        return value
    return None


def _with_words(value: object, place: _Place) -> object:
    """The table with `{name}` replaced in the words that have choices."""
    if not isinstance(value, dict):
        return value
    inserted = dict(value)
    for name, word in value.items():
        if isinstance(word, str) and "{" in word and _has_choices(place.model, name):
            try:
                inserted[name] = insert(word, place.scope)
            except FormulaError as error:
                place.findings.formula(error, place.at((name,)))
    return inserted


def _has_choices(model: type[BaseModel], name: str) -> bool:
    about = model.model_fields.get(name)
    return about is not None and get_origin(about.annotation) is Literal


def _report(detail: ErrorDetails, value: object, place: _Place) -> None:
    steps = _walk(detail["loc"], value)
    kind, findings = detail["type"], place.findings
    path = place.at(steps)
    if kind == "missing" and not isinstance(detail["loc"][-1], int):
        name = detail["loc"][-1]
        message = f"{_owner(path, findings)} needs `{name}`"
        findings.add("GF111", path, message, f"write `{name} = ...`")
    elif re.fullmatch(r"GF\d+", kind):
        _formula(detail, path, findings)
    else:
        _bounds_or_type(kind, detail, path, place)


def _unknown_key(loc: Path, value: object, unknown: list[Path], place: _Place) -> None:
    """Reports an unknown key. Several of one remedy, as `beta1` and `beta2`, are told once."""
    help = _key_help(loc, place)
    message = f"unknown key `{loc[-1]}`"
    if of_key(place.kind(loc), str(loc[-1]), ()) is not None and not isinstance(help, Suggestion):
        alike = [o for o in unknown if o[:-1] == loc[:-1] and _key_help(o, place) == help]
        if loc != alike[0]:
            return
        if len(alike) > 1:
            message = f"unknown keys {' and '.join(f'`{other[-1]}`' for other in alike)}"
    place.findings.add("GF102", place.at(_walk(loc, value)), message, help, key=True)


def _key_help(loc: Path, place: _Place) -> str:
    return unknown_key_help(place.kind(loc), str(loc[-1]), place.known(loc[:-1]))


def _formula(detail: ErrorDetails, path: Path, findings: Findings) -> None:
    code, context = detail["type"], detail.get("ctx", {})
    path = (*path, context["index"]) if "index" in context else path
    path = (*path, context["at"]) if "at" in context else path
    error = FormulaError(
        code, context["message"], context.get("help"), context.get("start", 0), context.get("end")
    )
    last = next((step for step in reversed(path) if isinstance(step, str)), None)
    if code in ("GF114", "GF105", "GF115") and last:
        error.message = f"`{last}`: {error.message}"
    word = lookup(findings.document, findings.place(path))
    if code == "GF106" and last and isinstance(word, str):
        habit = of_word(last, word, ())
        error.help = habit.help if habit else error.help
    findings.formula(error, path)


_WORD, _LIST, _TABLE = "a word in quotes", "a list", "a table"
_NEEDS = {
    "string_type": _WORD,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "mapping_type": _TABLE,
    "dict_attributes_type": _TABLE,
    "model_attributes_type": _TABLE,
}
_FORMS = (*_NEEDS, "GF114")
"""What says that a value has a wrong form."""
_WRITTEN = {_WORD: '"..."', _LIST: "[...]", _TABLE: "{ ... }"}
_LENGTHS = ("too_short", "too_long", "missing")


def _bounds_or_type(kind: str, detail: ErrorDetails, path: Path, place: _Place) -> None:
    findings = place.findings
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else _named(path)
    given = detail["input"]
    if kind in _NEEDS:
        needed = _NEEDS[kind]
        message = f"{name} must be {needed}, not {shown(given)}"
        help, fix = _as_needed(needed, given, path, place)
        findings.add("GF114", path, message, help, fix=fix)
    elif kind == "literal_error":
        _choice(detail, name, path, findings)
    elif kind in _LENGTHS and given == "":
        findings.add("GF115", path, f"{name} is an empty word", "write a word, or leave it out")
    elif kind in _LENGTHS:
        message = f"{name} {_length(detail, place)}"
        findings.add("GF115", path, message, _length_help(detail, place))
    elif kind == "string_pattern_mismatch":
        help = "letters, digits, `_`, `.` and `-`, beginning with a letter or digit"
        findings.add("GF115", path, f"{name} cannot be {shown(given)}", help)
    else:
        bound = bound_of(detail)
        message = f"{name} is {_computed(given, place)}, and must be {bound}"
        findings.add("GF115", path, message, f"write {_a_number(bound)}")


def _as_needed(needed: str, given: object, path: Path, place: _Place) -> tuple[str, Fix | None]:
    """The remedy for a value of another form, and where that is mechanical its repair."""
    key, span = str(path[-1]), place.findings.document.span(place.findings.place(path))
    if needed is _TABLE and isinstance(given, str | float) and not isinstance(given, bool):
        inner = _TABLES_OF.get(table_of((*path, "")) if key not in _TABLES_OF else key)
        if key == "optimizer" and not isinstance(given, str):
            inner = "lr = {}"
        if inner is not None:
            return f"write `{key} = {{ {inner.format(json.dumps(given))} }}`", None
    if needed is _TABLE and path[-2:-1] == ("layers",):
        return 'a layer is a table, such as `{ block = "conv", out = 64 }`', None
    if needed is _TABLE and key == "outputs" and isinstance(given, list):
        named = ", ".join(f'{name} = "{name}"' for name in given if isinstance(name, str))
        return f"write `outputs = {{ {named} }}`", None
    if needed is _LIST and isinstance(given, str):
        listed = given.strip() if given.strip().startswith("[") else f'["{given}"]'
        help = f"write `{key} = {listed}`"
        plain = span is not None and not {'"', "\\"} & set(given) and span.line == span.end_line
        return help, Fix(help, (Edit(span, listed),)) if span and plain else None
    return f"{needed} is written `{_WRITTEN[needed]}`", None


_TABLES_OF = {
    "ema": "decay = {}",
    "optimizer": "kind = {}, lr = 2e-4",
    "conditioning": "field = {}",
    "columns": "of = {}",
    "rows": "of = {}",
}
"""What a table holds whose one value was written in its place."""


def _computed(given: object, place: _Place) -> str:
    """A value as a message shows it; of a formula that is a number, the number."""
    if not isinstance(given, str):
        return shown(given)
    try:
        return shown(evaluate(parse_formula(given), place.scope, given))
    except (FormulaError, UnknownShapeError):
        return shown(given)


_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
}


def bound_of(detail: ErrorDetails) -> str:
    """What a value must be: `at least 1`, `above 0`."""
    if detail["type"] in _BOUNDS:
        key, words = _BOUNDS[detail["type"]]
        return f"{words} {detail['ctx'][key]:g}"
    return str(detail["msg"]).removeprefix("Input should be ")


def _a_number(bound: str) -> str:
    if bound.startswith("at "):
        return f"a number of {bound}"
    return f"a number {bound}" if bound.startswith(("above", "below")) else bound


def _length(detail: ErrorDetails, place: _Place) -> str:
    """How many elements a list has, and how many it may have."""
    about, given = detail.get("ctx", {}), _computed(detail["input"], place)
    length = about.get("actual_length")
    has = f"has {length:,} elements" if isinstance(length, int) else f"is {given}"
    if "max_length" in about:
        return f"{has}, and may have {about['max_length']:,} at most"
    if "min_length" in about:
        return f"{has}, and must have {about['min_length']:,} at least"
    return f"has the wrong number of elements: {given}"


def _length_help(detail: ErrorDetails, place: _Place) -> str:
    """A list of the right length: what the key has by default."""
    key = str(detail["loc"][0])
    about = place.model.model_fields.get(key)
    if about is not None and isinstance(about.default, tuple | list):
        return f"such as `{key} = {json.dumps(about.default)}`"
    return "give at least one element"


def _choice(detail: ErrorDetails, name: str, path: Path, findings: Findings) -> None:
    given = detail["input"]
    choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    listed = f"choices: {', '.join(choices)}"
    of = str(path[-1])
    help = did_you_mean(given, choices, of=of) if isinstance(given, str) else listed
    findings.add("GF110", path, f"{name} cannot be {shown(given)}", help)


def _owner(path: Path, findings: Findings) -> str:
    """A table as a message names it: a layer by its block."""
    table = lookup(findings.document, path)
    block = table.get("block") if isinstance(table, dict) else None
    return f"`{block}`" if isinstance(block, str) else _named(path)


def _named(path: Path) -> str:
    if not path:
        return "the spec"
    return f"`{dotted(path)}`" if isinstance(path[-1], int) else f"`{path[-1]}`"


def _walk(loc: tuple[int | str, ...], value: object) -> Path:
    """The steps of pydantic's location that are keys or indices; it also holds tags of unions."""
    steps: list[str | int] = []
    inner: Any = value
    for step in loc:
        if holds(inner, step):
            inner = inner[step]
            steps.append(step)
    return tuple(steps)
