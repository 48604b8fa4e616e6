"""The JSON Schema of the spec language, with what the installed plugins add."""

from __future__ import annotations

import json

from ganforge.document.load import VERSION
from ganforge.plugins.registry import Registry, load_registry
from ganforge.schema.layers import layer_definitions, need_definitions, network_needs
from ganforge.schema.meanings import meanings
from ganforge.schema.references import reference_definitions
from ganforge.schema.tables import tables_of
from ganforge.schema.values import Schema
from ganforge.schema.variants import needs, offered, refused, relaxed, rules, unknown_key
from ganforge.spec.build import NEEDED

DIALECT = "http://json-schema.org/draft-07/schema#"


def schema_of(registry: Registry) -> Schema:
    """The schema; equal registries give equal schemas, key for key.

    A spec that extends another one may leave out what it inherits, so tables ask for nothing, and
    `else` of the root asks for all that must be given where nothing is inherited.
    """
    tables = tables_of(registry)
    words = meanings()
    head: dict[str, Schema] = {
        "ganforge": {"const": VERSION, "default": VERSION},
        "extends": {"type": ["string", "array"], "items": {"type": "string"}},
        "without": {"type": "array", "items": {"type": "string"}},
    }
    head = {key: {"description": words["document"][key], **rule} for key, rule in head.items()}
    shown = {
        name: {"description": words["tables"][name], **relaxed(table)}
        for name, table in tables.items()
    }
    spec = {
        "type": "object",
        "properties": {**head, **shown},
        "required": ["ganforge"],
        "additionalProperties": unknown_key([*head, *shown]),
        "if": {"required": ["extends"]},
        "else": _whole(tables, registry),
    }
    definitions = {**layer_definitions(registry), **reference_definitions(registry)}
    return {
        "$schema": DIALECT,
        "title": "ganforge spec",
        "description": f"A GAN in version {VERSION} of the language of ganforge.",
        "type": "object",
        "anyOf": [offered(spec), {}],
        "if": {},
        "then": rules(spec),
        "definitions": {**definitions, **need_definitions(registry)},
    }


def schema_text() -> str:
    """The schema of what is installed, as it stands in a file."""
    return f"{json.dumps(schema_of(load_registry()), indent=1, ensure_ascii=False)}\n"


def _whole(tables: Schema, registry: Registry) -> Schema:
    """What a spec that inherits nothing must give.

    A table that is not there yet is told at `ganforge`: `required` would mark the whole file.
    """
    needed = {name: need for name, table in tables.items() if (need := needs(table))}
    for name in ("networks", "blocks"):
        for entry in needed[name]["patternProperties"].values():
            entry["allOf"] = network_needs(registry)
    train = needed["train"]
    length = {key: train.pop(key) for key in ("if", "then")}  # where no stage has one of its own
    alone = {"if": {"required": ["stages"]}, "else": {"properties": {"train": length}}}
    missing = [
        {
            "if": {"not": {"required": [name]}},
            "then": {"properties": {"ganforge": refused(f"no table [{name}]", f"add {about}")}},
        }
        for name, about in NEEDED.items()
    ]
    return {"properties": needed, "allOf": [*missing, alone]}
