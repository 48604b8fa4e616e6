"""Tables in which one key says what the others are, such as `kind`; and what such tables need.

What editors offer and what validators check are made from one description of a table, and stand
apart in the schema: `offered` is a branch of `anyOf` that need not fit, `rules` stand behind an
`if`, which editors do not follow. So no key is offered twice, and one mistake breaks one rule.

In such a description `anyOf` holds an `enum` that is only offered, and `shown` stands for the keys
of a table whose rules choose between several tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ganforge.schema.values import Schema

RULES = "-rules"
"""What the name of a definition ends in that holds the rules of another one."""
_SHOWN = ("type", "description", "default", "examples", "x-taplo")


def by_key(key: str, about: Schema, variants: Mapping[str, Schema]) -> Schema:
    """A table whose `key` names one of its variants, each of which has all keys but this one.

    about: the schema of the key. Without the key, which a spec may inherit, the keys of all
    variants are known.
    """
    united = union(variants)
    return {
        "type": "object",
        "shown": {key: about, **united},
        "required": [key],
        "if": {"required": [key]},
        "then": {
            "properties": {key: rules(about)},
            "allOf": [
                when(key, name, closed({key: {}, **variant["properties"]}, variant["required"]))
                for name, variant in variants.items()
            ],
        },
        "else": closed(united),
    }


def when(key: str, name: str, then: Schema) -> Schema:
    """A rule for tables whose `key` has this value; a name may have its distribution before it."""
    return {"if": {"properties": {key: named(name)}, "required": [key]}, "then": then}


def named(name: str) -> Schema:
    """A bare name, or the same one with its distribution."""
    return {"pattern": f"^{name}$" if "/" in name else f"^([^/]*/)?{name}$"}


def closed(properties: Mapping[str, Any], required: Iterable[str] = ()) -> Schema:
    """The rule of a table of these keys and no others."""
    found: Schema = {"properties": {name: rules(value) for name, value in properties.items()}}
    found["additionalProperties"] = unknown_key(properties)
    return found | ({"required": list(required)} if required else {})


def unknown_key(known: Iterable[str]) -> Schema:
    """What an unknown key breaks. `false` would be a mistake of the table, and mark all of it."""
    return refused("unknown key", f"known are {', '.join(known)}")


def refused(what: str, remedy: str) -> Schema:
    """A rule that every value breaks, in words that validators print."""
    return {"not": {what: remedy}}


def union(tables: Mapping[str, Schema]) -> Schema:
    """The keys of all tables. A key that differs between them keeps what may be offered, and says
    of which table it has what meaning.
    """
    keys = dict.fromkeys(key for table in tables.values() for key in table["properties"])
    return {key: _united(key, tables) for key in keys}


def _united(key: str, tables: Mapping[str, Schema]) -> Schema:
    given = {n: t["properties"][key] for n, t in tables.items() if key in t["properties"]}
    first, *others = given.values()
    same = all(other == first for other in others)
    if same and len(given) == len(tables):
        return dict(first)
    defined = next((dict(value) for value in given.values() if "allOf" in value), None)
    if defined is not None:
        return defined
    names: dict[str, list[str]] = {}
    for name, value in given.items():
        names.setdefault(value.get("description", ""), []).append(f"`{name}`")
    told = [f"{', '.join(of)}: {text}" for text, of in names.items() if text]
    if same:
        return {**first, **({"description": told[0]} if told else {})}
    found: Schema = {"description": "\n\n".join(told)} if told else {}
    words = dict.fromkeys(word for value in given.values() for word in _words(value))
    if all("enum" in value.get("else", {}) for value in given.values()):  # words, or formulas
        taken = dict.fromkeys(word for value in given.values() for word in value["else"]["enum"])
        return {**first, **found, "else": {"enum": list(taken)}} | _hinted(words)
    return found | _hinted(words)


def _hinted(words: Iterable[Any]) -> Schema:
    """Words that an editor offers, beside whatever else is right."""
    return {"anyOf": [{"enum": list(words)}, {}]} if words else {}


def _words(value: Schema) -> list[Any]:
    for part in value.get("anyOf", ()):
        if "enum" in part:
            return list(part["enum"])
    return []


def offered(value: Schema) -> Schema:
    """What an editor shows and completes."""
    if "allOf" in value and "$ref" in value["allOf"][0]:
        return next(dict(part) for part in value["allOf"] if not part["$ref"].endswith(RULES))
    found = {key: value[key] for key in _SHOWN if key in value}
    for part in value.get("anyOf", ()):
        found |= {key: part[key] for key in ("enum", "x-taplo") if key in part}
    for key in ("properties", "patternProperties"):
        inner = value.get("shown" if "shown" in value and key == "properties" else key, {})
        if inner := {name: offered(below) for name, below in inner.items() if "not" not in below}:
            found[key] = inner
    for key in ("items", "additionalProperties"):
        if isinstance(value.get(key), dict) and "not" not in value[key]:
            found[key] = offered(value[key])
    return found


def rules(value: Any) -> Any:
    """What a validator checks."""
    if isinstance(value, list):
        return [rules(item) for item in value]
    if not isinstance(value, dict):
        return value
    if any("$ref" in part for part in value.get("allOf", ())):
        return next(dict(part) for part in value["allOf"] if part["$ref"].endswith(RULES))
    hint = {} in value.get("anyOf", ())
    hidden = (*_SHOWN[1:], "shown", *(["anyOf"] if hint else []))
    found = {key: rules(inner) for key, inner in value.items() if key not in hidden}
    for key in ("properties", "patternProperties"):
        if key in value:
            found[key] = {name: rules(inner) for name, inner in value[key].items()}
    return found


def relaxed(value: Any) -> Any:
    """The schema without what must be given, for tables that inherit; arrays are never merged."""
    if isinstance(value, list):
        return [relaxed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inner if key in ("if", "items", "anyOf", "not") else relaxed(inner)
        for key, inner in value.items()
        if key != "required" or not isinstance(inner, list)
    }


def needs(value: Any) -> Schema:
    """What must be given, and nothing else: laid over a relaxed schema it makes it whole."""
    if not isinstance(value, dict):
        return {}
    found: Schema = {"required": value["required"]} if value.get("required") else {}
    for key in ("properties", "patternProperties"):
        inner = {name: needs(below) for name, below in value.get(key, {}).items()}
        if inner := {name: below for name, below in inner.items() if below}:
            found[key] = inner
    if parts := [part for item in value.get("allOf", ()) if (part := needs(item))]:
        found["allOf"] = parts
    branches = {k: n for k in ("then", "else") if (n := needs(value.get(k)))}
    return found | ({"if": value["if"], **branches} if branches else {})
