"""The fields of a parameter model as JSON Schema, as a spec may write them.

A number may be a formula, so it may be a string; a word with choices may hold `{name}`. Bounds
stand beside the type and not in a branch of it, so that a value has one thing to say about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema, core_schema

from ganforge.plugins.params import Params

Schema = dict[str, Any]

_JSON_TYPES = {
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "list": "array",
    "dict": "object",
    "model": "object",
    "definition-ref": "object",
}
_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "min_length": "minItems",
    "max_length": "maxItems",
}
_OF_TYPE = {
    "object": ("properties", "required", "additionalProperties", "$ref"),
    "array": ("items", "minItems", "maxItems"),
}
"""Rules that say nothing of values of other types."""
_ORDER = ("boolean", "integer", "number", "string", "array", "object")
UNCHECKED = "[{/]"
"""What a word holds into which a param is inserted, and a name of the form `distribution/name`."""


def properties_of(model: type[Params]) -> Schema:
    """An object schema of a model: `properties` and `required`."""
    written = model.model_json_schema(mode="validation", schema_generator=_Written)
    found = _plain(written, written.get("$defs", {}), ())
    return {
        "type": "object",
        "properties": found.get("properties", {}),
        "required": found.get("required", []),
    }


def choices(words: Iterable[str], meanings: Mapping[str, str] | None = None) -> Schema:
    """One of some words, unless a param is inserted; editors complete from the first `enum`."""
    listed = list(words)
    offered: Schema = {"enum": listed}
    if meanings:
        offered["x-taplo"] = {"docs": {"enumValues": [meanings.get(word) for word in listed]}}
    return {
        "type": "string",
        "anyOf": [offered, {}],
        "if": {"pattern": UNCHECKED},
        "else": {"enum": listed},
    }


class _Written(GenerateJsonSchema):
    """What a validator accepts as input, where pydantic would say what it makes of it."""

    ignored_warning_kinds = frozenset({"skipped-choice", "non-serializable-default"})  # type: ignore[assignment]

    def handle_invalid_for_json_schema(self, schema: CoreSchema, error_info: str) -> Schema:
        return {}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        return self.generate_inner(schema["schema"])

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Schema:
        given = schema.get("json_schema_input_schema")
        if given is None:
            return {}
        return _with_types(self.generate_inner(schema["schema"]), _types(given))

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> Schema:
        given = schema.get("json_schema_input_schema")
        return {} if given is None else _with_types({}, _types(given))

    def function_wrap_schema(self, schema: core_schema.WrapValidatorFunctionSchema) -> Schema:
        return self.function_plain_schema(schema)  # type: ignore[arg-type]

    def int_schema(self, schema: core_schema.IntSchema) -> Schema:
        return _lax(super().int_schema(schema))

    def float_schema(self, schema: core_schema.FloatSchema) -> Schema:
        return _lax(super().float_schema(schema))

    def bool_schema(self, schema: core_schema.BoolSchema) -> Schema:
        return {"type": ["boolean", "integer", "number", "string"]}

    def union_schema(self, schema: core_schema.UnionSchema) -> Schema:
        parts = list(core_schema.iter_union_choices(schema))
        written = [c for c in parts if c["type"] != "is-instance"]  # that is a validator's result
        return _either([self.generate_inner(choice) for choice in written])

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> Schema:
        return _either([self.generate_inner(choice) for choice in schema["choices"].values()])

    def tuple_schema(self, schema: core_schema.TupleSchema) -> Schema:
        found = super().tuple_schema(schema)
        if "prefixItems" in found:  # draft 7 calls it so
            found["items"] = found.pop("prefixItems")
        return found

    def literal_schema(self, schema: core_schema.LiteralSchema) -> Schema:
        expected = schema["expected"]
        if all(isinstance(word, str) for word in expected):
            return choices(expected)
        return super().literal_schema(schema)


def _lax(found: Schema) -> Schema:
    """A plain number of a plugin's model: pydantic reads it from a string too, and from a bool."""
    return {**found, "type": ["boolean", found["type"], "string"]}


def _types(given: CoreSchema) -> list[str]:
    """The JSON types of a plain union."""
    parts = [given]
    if given["type"] == "union":
        parts = list(core_schema.iter_union_choices(cast(core_schema.UnionSchema, given)))
    found = {_JSON_TYPES.get(part["type"], "") for part in parts}
    return [] if "" in found else [name for name in _ORDER if name in found]


def _with_types(inner: Schema, types: list[str]) -> Schema:
    """What a value must be, of the types in which it may be written; elements of a list may be
    formulas.
    """
    if not types:
        return {}
    other = [key for kind, keys in _OF_TYPE.items() if kind not in types for key in keys]
    found = {key: value for key, value in inner.items() if key not in ("type", "anyOf", *other)}
    found["type"] = types[0] if len(types) == 1 else types
    if "array" in types and isinstance(found.get("items"), dict):
        found["items"] = _or_formula(found["items"])
    return found


def _or_formula(item: Schema) -> Schema:
    kind = item.get("type")
    types = kind if isinstance(kind, list) else [kind]
    number = next((name for name in ("integer", "number") if name in types), None)
    return {**item, "type": [number, "string"]} if number else item


def _either(parts: list[Schema]) -> Schema:
    """Several types of which one must fit. A word beside a formula is any string: its choices are
    offered only.
    """
    if not all("type" in part or "$ref" in part for part in parts):
        return {}
    types = {name for part in parts for name in _listed(part.get("type", "object"))}
    merged: Schema = {}
    for part in parts:
        rules = {k: v for k, v in part.items() if k not in ("type", "if", "else")}
        merged = {**merged, **rules}
    return {**merged, "type": [name for name in _ORDER if name in types]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(found: Any, models: Mapping[str, Schema], inside: tuple[str, ...]) -> Any:
    """The schema with the models it refers to in place, in the words of draft 7."""
    if isinstance(found, list):
        return [_plain(item, models, inside) for item in found]
    if not isinstance(found, dict):
        return found
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        if name in inside:
            return {}
        rest = {key: value for key, value in found.items() if key != "$ref"}
        return _plain({**models[name], **rest}, models, (*inside, name))
    kept = {k: v for k, v in found.items() if k not in ("title", "description", "allow_inf_nan")}
    plain = {_BOUNDS.get(k, k): _plain(v, models, inside) for k, v in kept.items()}
    if plain.get("additionalProperties") is False:
        known = ", ".join(found.get("properties", {}))
        plain["additionalProperties"] = {"not": {"unknown key": f"known are {known}"}}
    if "properties" in found:
        plain["properties"] = {
            name: _plain(value, models, inside) for name, value in found["properties"].items()
        }
    return _short(plain)


def _short(found: Schema) -> Schema:
    """Defaults as TOML has them; a word for a table is one of its kinds."""
    if found.get("default", 0) is None:
        del found["default"]
    elif isinstance(found.get("default"), dict):
        given = {k: v for k, v in found["default"].items() if v is not None}
        found["default"] = given["kind"] if list(given) == ["kind"] else given
    kinds = found.get("properties", {}).get("kind", {}).get("else", {}).get("enum")
    types = _listed(found.get("type"))
    if kinds and "string" in types and "number" not in types:  # beside a number it is a formula
        found |= {
            "anyOf": [{"enum": kinds}, {}],
            "if": {"type": "string"},
            "then": {"enum": kinds},
        }
    return found
