"""`layers`: blocks with their parameters, loops, and layers that only name a tensor."""

from __future__ import annotations

from collections.abc import Mapping

from ganforge.graph.layers import LAYER_KEYS
from ganforge.graph.loops import LOOP_KEYS
from ganforge.plugins.declarations import Block
from ganforge.plugins.params import Initialized
from ganforge.plugins.registry import Registry
from ganforge.schema.meanings import described, meanings
from ganforge.schema.references import defined, names_of, resolved
from ganforge.schema.values import Schema, properties_of
from ganforge.schema.variants import (
    RULES,
    closed,
    named,
    offered,
    refused,
    rules,
    union,
    unknown_key,
    when,
)

WIRING: Schema = {"type": "string"}
LAYERS: Schema = {"type": "array", "items": defined("layer")}
IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
_NAME: Schema = {"type": "string", "pattern": IDENTIFIER}
_KEYS: Schema = {
    "block": {"type": "string"},
    "id": _NAME,
    "from": WIRING,
    "side": {"type": "boolean", "default": False},
    "when": {"type": ["boolean", "string"]},
    "for": _NAME,
    "in": {"type": ["string", "array"]},
    "layers": LAYERS,
}


def layer_definitions(registry: Registry) -> Schema:
    """The definition `layer`, and one for the parameters of each block."""
    blocks = {name: block for name, block in names_of(registry.blocks) if _is_layer(block)}
    tables = {name: _layer_of(block) for name, block in blocks.items()}
    summaries = [block.summary for block in blocks.values()]
    keys = described({"properties": _KEYS}, "layer", "loop")["properties"]
    own = {k: keys[k] for k in LAYER_KEYS}
    loop = {k: keys[k] for k in LOOP_KEYS}
    block = {
        **keys["block"],
        "anyOf": [{"enum": list(blocks), "x-taplo": {"docs": {"enumValues": summaries}}}, {}],
    }
    shown = {**own, "block": block, **loop, **union(tables)}
    of_any: Schema = {key: {} for key in own}  # their rules hold for unknown blocks too
    known = [
        when("block", name, closed({**of_any, **table["properties"]}, table["required"]))
        for name, table in tables.items()
    ]
    without_block = {k: v for k, v in own.items() if k != "block"}
    rule = {
        "type": "object",
        "if": {"anyOf": [{"required": ["for"]}, {"required": ["in"]}]},
        "then": closed(loop, ("for", "in", "layers")),
        "else": {
            "if": {"required": ["block"]},
            "then": {"properties": {k: rules(v) for k, v in own.items()}, "allOf": known},
            "else": {
                "if": {"required": ["from"]},
                "then": closed(without_block),
                "else": {"required": ["block"]},
            },
        },
    }
    defaults = _defaults(blocks)
    return {
        "layer": offered({"properties": shown}),
        f"layer{RULES}": rule,
        "defaults": offered(defaults),
        f"defaults{RULES}": rules(defaults),
    }


def _defaults(blocks: Mapping[str, Block]) -> Schema:
    """`defaults`: parameters by block; composite blocks have names that are not known here."""
    tables = {name: _parameters(block) for name, block in blocks.items()}
    return {
        "description": meanings()["networks"]["defaults"],
        "type": "object",
        "properties": tables,
        "patternProperties": {"^": {"type": "object"}},
    }


def network_needs(registry: Registry) -> list[Schema]:
    """What layers must be given, unless `defaults` of their table give it."""
    found = []
    for name, block in names_of(registry.blocks):
        for key in properties_of(block.params)["required"] if _is_layer(block) else ():
            given = {"properties": {name: {"required": [key]}}, "required": [name]}
            inherits = {"properties": {"defaults": given}, "required": ["defaults"]}
            needed = {"properties": {"layers": {"items": _needing(name, key)}}}
            found.append({"if": {"not": inherits}, "then": needed})
    return found


def need_definitions(registry: Registry) -> Schema:
    """For each block and parameter that must be given, the rule, also inside loops."""
    found = {}
    for name, block in names_of(registry.blocks):
        for key in properties_of(block.params)["required"] if _is_layer(block) else ():
            rule: Schema = {"if": {"properties": {"block": named(name)}, "required": ["block"]}}
            told = refused("needs a key", key)  # `required` would mark each key of the layer
            rule["if"]["not"] = {"required": [key]}
            found[_need(name, key)] = {
                **rule,
                "then": {"properties": {"block": told}},
                "properties": {"layers": {"items": _needing(name, key)}},
            }
    return found


def _need(name: str, key: str) -> str:
    return f"{name.replace('/', '-')}-needs-{key}"


def _needing(name: str, key: str) -> Schema:
    return {"$ref": f"#/definitions/{_need(name, key)}"}


def _is_layer(block: Block) -> bool:
    return not block.inputs[0].startswith("*")


def _parameters(block: Block) -> Schema:
    """The parameters of a block, none of which must be given here."""
    found = resolved(properties_of(block.params))
    found |= {"required": [], "additionalProperties": unknown_key(found["properties"])}
    shared = ("weighted",) if issubclass(block.params, Initialized) else ()
    return described(found, *shared, "parameters")


def _layer_of(block: Block) -> Schema:
    """The parameters of a block and its further inputs."""
    inputs = [name.removesuffix("?") for name in block.inputs[1:] if not name.startswith("*")]
    found = _parameters(block)
    about = f"wiring: an input of `{block.name}`"
    wired = {name: {"description": about, **WIRING} for name in inputs}
    required = [name for name in inputs if f"{name}?" not in block.inputs]
    return {**found, "properties": {**found["properties"], **wired}, "required": required}
