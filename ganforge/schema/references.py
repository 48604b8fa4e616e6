"""`norm`, `act`, `init` and `weights`: a word, or a table with `kind` and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from ganforge.plugins.declarations import Block
from ganforge.plugins.registry import Catalog, Registry
from ganforge.schema.meanings import described, meanings
from ganforge.schema.values import Schema, choices, properties_of
from ganforge.schema.variants import RULES, by_key, offered, rules

T = TypeVar("T")
_SECTIONS = {"norm": "weighted", "act": "weighted", "init": "networks", "weights": "networks"}


def names_of(catalog: Catalog[T]) -> Iterator[tuple[str, T]]:
    """Bare names; `distribution/name` where two distributions give one name."""
    yield from catalog.items()
    for name, item in sorted(catalog.full.items()):
        if name.partition("/")[2] not in catalog.bare:
            yield name, item


def reference_definitions(registry: Registry) -> Schema:
    """The definitions `norm`, `act`, `init` and `weights`."""
    single = {n: b for n, b in names_of(registry.blocks) if _takes_one(b)}
    norms = {n.removesuffix("-norm"): b for n, b in single.items() if n.endswith("-norm")}
    return {
        **_reference("norm", norms, inherits=True),
        **_reference("act", single, inherits=True),
        **_reference("init", dict(names_of(registry.inits))),
        **_reference("weights", dict(names_of(registry.weights))),
    }


def defined(name: str) -> Schema:
    """A reference to a definition and to its rules."""
    return {"allOf": [{"$ref": f"#/definitions/{name}"}, {"$ref": f"#/definitions/{name}{RULES}"}]}


def resolved(found: Any) -> Any:
    """The schema with references to these definitions where fields hold names."""
    if isinstance(found, list):
        return [resolved(item) for item in found]
    if not isinstance(found, dict):
        return found
    if isinstance(found.get("names"), str):
        return defined(found["names"])
    return {key: resolved(value) for key, value in found.items()}


def _takes_one(block: Block) -> bool:
    return len([name for name in block.inputs if not name.endswith("?")]) == 1


def _reference(key: str, known: Mapping[str, Any], inherits: bool = False) -> Schema:
    """A word or a table: the definition of what is offered, and that of its rules.

    inherits: whether parameters may stand in `defaults`, so that none must be given here; `none`
        is then known too.
    """
    tables = {name: properties_of(item.params) for name, item in known.items()}
    if inherits:
        for table in tables.values():
            table["required"] = []
        tables["none"] = {"properties": {}, "required": []}
    meaning = meanings()[_SECTIONS[key]][key]
    summaries = {name: item.summary for name, item in known.items()}
    words = choices(tables, summaries)
    table = by_key("kind", words, {n: described(t, "parameters") for n, t in tables.items()})
    needy = [name for name, given in tables.items() if given["required"]]
    of_word: Schema = rules(words)
    if needy:
        of_word = {"if": {"enum": needy}, "then": {"type": "object"}, "else": of_word}
    shown = offered({**words, "type": ["string", "object"], "shown": table["shown"]})
    rule = {
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": of_word,
        "else": rules(table),
    }
    return {key: {"description": meaning, **shown}, f"{key}{RULES}": rule}
