"""What keys mean, for those who write a spec in an editor: from `docs/meanings.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ganforge.resources import folder
from ganforge.schema.values import Schema

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}
_BOUNDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "above"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "below"),
)


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """By section and key."""
    return tomllib.loads((folder("docs") / "meanings.toml").read_text("utf-8"))


def described(table: Schema, *sections: str) -> Schema:
    """The table with a description of each key: its meaning, what it holds, its default."""
    properties = {k: _described(k, v, sections) for k, v in table["properties"].items()}
    return {**table, "properties": properties}


def _described(key: str, value: Schema, sections: Iterable[str]) -> Schema:
    found = (meanings()[name][key] for name in sections if key in meanings().get(name, {}))
    meaning = next(found, "")
    held = in_words(value)
    if "default" in value:
        held = f"{held}, by default `{_toml(value['default'])}`".removeprefix(", ")
    text = "\n\n".join(filter(None, [meaning, held]))
    if not text or "allOf" in value:
        return value
    return {"description": text, **_explained(value, meanings().get(key, {}))}


def _explained(value: Schema, words: Mapping[str, str]) -> Schema:
    """The schema with what each of its choices means, where that is told."""
    offer: Schema = next((part for part in value.get("anyOf", ()) if "enum" in part), {})
    if not words or not offer or "x-taplo" in offer:
        return value
    docs = {"docs": {"enumValues": [words.get(word) for word in offer["enum"]]}}
    return {**value, "anyOf": [{**offer, "x-taplo": docs}, {}]}


def in_words(value: Schema) -> str:
    """What a value must be: `whole number, at least 1`."""
    kinds = value.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds == ["string"]:
        words = [word for part in value.get("anyOf", ()) for word in part.get("enum", ())]
        return " or ".join(f'`"{word}"`' for word in words)
    named = [_TYPES[kind] for kind in kinds if kind in _TYPES]
    formula = {"integer", "number", "boolean"} & set(kinds) and "string" in kinds
    bounds = [f"{text} {value[key]:g}" for key, text in _BOUNDS if key in value]
    parts = [" or ".join([*named, *(["formula"] if formula else [])]), *bounds]
    return ", ".join(filter(None, parts))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{k} = {_toml(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f"{value:g}" if type(value) in (int, float) else json.dumps(value)
