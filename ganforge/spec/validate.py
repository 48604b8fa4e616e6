"""Reading one table by its model, and turning what pydantic finds into located diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Span
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Document, Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import Scope, shown

M = TypeVar("M", bound=BaseModel)

PLANNED: Mapping[str, frozenset[str]] = {
    "": frozenset({"conditioning", "stages", "search"}),
    "data": frozenset({"holdout", "normalize"}),
    "data.fields": frozenset({"labelled", "labelled_share", "corrupt"}),
    "train.players": frozenset({"clip_weights", "clip_gradients"}),
    "train": frozenset({"clip_gradients"}),
    "sample": frozenset({"rows", "columns", "latents"}),
    "losses": frozenset(
        {"pairing", "pool", "top_k", "targets", "margin", "reduction", "critic", "noise"}
    ),
}
"""Keys of the language that this version does not build; they are refused, saying so."""


class Findings:
    """The diagnostics of one stage, gathered. Each stage makes its own and returns them as a tuple."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.items: list[Diagnostic] = []

    def add(
        self, code: str, path: Path, message: str, help: str | None = None, **more: Any
    ) -> None:
        """A finding at a path of the document. `key=True` points at the key, `span` at a part of the value."""
        key, span = more.pop("key", False), more.pop("span", None)
        span = span or self.document.span(path, key=key)
        finding = rules.ALL[code].at(span, message, help=help, path=dotted(path), **more)
        if finding not in self.items:
            self.items.append(finding)

    def missing(self, unlocated: Diagnostic, path: Path) -> None:
        """What the registry says of a name that it does not have, at the place that names it."""
        self.add(unlocated.code, path, unlocated.message, unlocated.help)

    def formula(self, error: FormulaError, path: Path) -> None:
        """An error of a formula or wiring, at the characters where it is."""
        self.add(error.code, path, error.message, error.help, span=self.inside(path, error))

    def inside(self, path: Path, error: FormulaError) -> Span | None:
        """The part of a string that an error of its formula means."""
        span = self.document.span(path)
        value = lookup(self.document, path)
        if span is None or not isinstance(value, str) or error.end is None:
            return span
        if span.line != span.end_line or span.end_column - span.column != len(value) + 2:
            return span
        return span.part(1 + error.start, 1 + error.end)


def lookup(document: Document, path: Path) -> Any:
    """The value at a path, None where there is none."""
    value: Any = document.values
    for step in path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def dotted(path: Path) -> str:
    """`networks.G.layers[3].out`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else ("." if text else "") + str(step)
    return text


def read(
    model: type[M],
    value: object,
    path: Path,
    scope: Scope,
    findings: Findings,
    *,
    table: str = "",
    extra_keys: Iterable[str] = (),
    where: Path | None = None,
) -> M | None:
    """The table at `path` as its model, or None after reporting what is wrong with it.

    table: which set of planned keys applies. extra_keys: keys that are known although the model lacks them.
    where: the place to point at when the value does not stand in the document at `path` itself.
    """
    try:
        return model.model_validate(value, context=scope)
    except ValidationError as error:
        known = [*(f.alias or n for n, f in model.model_fields.items()), *extra_keys]
        for detail in error.errors(include_url=False):
            _report(detail, value, path, known, table, findings, where)
        return None


def _report(
    detail: ErrorDetails,
    value: object,
    base: Path,
    known: list[str],
    table: str,
    findings: Findings,
    where: Path | None,
) -> None:
    path = base + _walk(detail["loc"], value)
    place = path if where is None else where
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        _unknown_key(
            str(detail["loc"][-1]),
            place,
            known if len(path) == len(base) + 1 else [],
            table,
            findings,
        )
    elif kind == "missing":
        name = detail["loc"][-1]
        findings.add("GF111", place, f"{_named(path)} needs `{name}`", f"write `{name} = ...`")
    elif re.fullmatch(r"GF\d+", kind):
        _formula(context, kind, path, place, findings)
    else:
        _bounds_or_type(kind, detail, path, place, findings)


def _unknown_key(key: str, path: Path, known: list[str], table: str, findings: Findings) -> None:
    if key in PLANNED.get(table, ()):
        findings.add(
            "GF117",
            path,
            f"`{key}` is part of the language, but this version of ganforge does not build it",
            "remove it, or use a later version",
            key=True,
        )
        return
    findings.add("GF102", path, f"unknown key `{key}`", did_you_mean(key, known), key=True)


def _formula(
    context: Mapping[str, Any], code: str, path: Path, place: Path, findings: Findings
) -> None:
    error = FormulaError(
        code, context["message"], context.get("help"), context.get("start", 0), context.get("end")
    )
    last = path[-1] if path else ""
    if code in ("GF114", "GF105", "GF115") and isinstance(last, str):
        error.message = f"`{last}`: {error.message}"
    findings.formula(error, place)


_NEEDS = {
    "string_type": "a word in quotes",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "mapping_type": "a table",
    "dict_attributes_type": "a table",
    "model_attributes_type": "a table",
}


def _bounds_or_type(
    kind: str, detail: ErrorDetails, path: Path, place: Path, findings: Findings
) -> None:
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else _named(path)
    given = detail["input"]
    if kind in _NEEDS:
        given_text = (
            "a table"
            if isinstance(given, dict)
            else "a list"
            if isinstance(given, list)
            else shown(given)
        )
        findings.add("GF114", place, f"{name} must be {_NEEDS[kind]}, not {given_text}")
    elif kind == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", ""))
        choices = re.findall(r"'([^']*)'", expected)
        help = (
            did_you_mean(str(given), choices)
            if isinstance(given, str)
            else f"choices: {', '.join(choices)}"
        )
        findings.add("GF110", place, f"{name} cannot be {shown(given)}", help)
    else:
        message = str(detail["msg"])
        findings.add(
            "GF115",
            place,
            f"{name}: {message[:1].lower()}{message[1:]}, and this is {shown(given)}",
        )


def _named(path: Path) -> str:
    if not path:
        return "the spec"
    return f"`{dotted(path)}`" if isinstance(path[-1], int) else f"`{path[-1]}`"


def _walk(loc: tuple[int | str, ...], value: object) -> Path:
    """The steps of pydantic's location that are keys or indices; it also holds tags of unions."""
    steps: list[str | int] = []
    for index, step in enumerate(loc):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
            steps.append(step)
        elif isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
            steps.append(step)
        elif index == len(loc) - 1 and isinstance(value, Mapping) and isinstance(step, str):
            continue
    return tuple(steps)
