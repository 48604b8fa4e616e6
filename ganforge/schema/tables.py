"""The tables of a spec, each strict: with all that must be given where nothing is inherited."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from ganforge.plugins.declarations import DataSource, Loss
from ganforge.plugins.params import Params
from ganforge.plugins.registry import Registry
from ganforge.schema.layers import IDENTIFIER, LAYERS, WIRING
from ganforge.schema.meanings import described, meanings
from ganforge.schema.references import defined, names_of, resolved
from ganforge.schema.values import Schema, choices, properties_of
from ganforge.schema.variants import by_key, closed, refused, relaxed, unknown_key
from ganforge.spec import models
from ganforge.spec.data import KINDS
from ganforge.spec.latents import LATENTS
from ganforge.spec.likeness import OWN_KEYS
from ganforge.spec.local_code import PluginsTable
from ganforge.spec.names import RESERVED
from ganforge.spec.params import KEYS as PARAM_KEYS
from ganforge.spec.params import TYPES as PARAM_TYPES
from ganforge.spec.train import OPTIMIZERS

_KEBAB = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


def tables_of(registry: Registry) -> Schema:
    """The tables by their names, as the language lists them."""
    return {
        "gan": _model(models.GanTable, "gan"),
        "params": _named(_param()),
        "data": _data(registry),
        "latents": _named(_latents()),
        "conditioning": _named(_model(models.Condition, "conditioning")),
        "blocks": _blocks(),
        "networks": _named(_network()),
        "flow": _named(WIRING),
        "losses": _named(_losses(registry), keywords=True),
        "stages": _named(_stages(), keywords=True),
        "train": _train(),
        "sample": _sample(),
        "plugins": _model(PluginsTable, "plugins"),
    }


def _model(model: type[Params], *sections: str) -> Schema:
    found = described(resolved(properties_of(model)), *sections)
    return {**found, "additionalProperties": unknown_key(found["properties"])}


def _each(entry: Schema) -> Schema:
    return {"type": "object", "additionalProperties": entry}


def _named(entry: Schema, *, keywords: bool = False) -> Schema:
    """A table of what a spec names: identifiers, none of them reserved."""
    taken = sorted({*RESERVED, *(() if keywords else keyword.kwlist)})
    names = {
        IDENTIFIER: entry,
        f"^({'|'.join(taken)})$": refused("a reserved name", "choose another one"),
    }
    help = "names have letters, digits and _, and begin with a letter"
    return {
        "type": "object",
        "patternProperties": names,
        "additionalProperties": refused("no name", help),
    }


def _param() -> Schema:
    declared = {
        "type": {"type": "string", "enum": list(PARAM_TYPES)},
        "choices": {"type": "array", "minItems": 1},
        "default": {"type": ["boolean", "number", "string", "array"]},
    }
    assert set(declared) == set(PARAM_KEYS)
    types = ["boolean", "number", "string", "array", "object"]
    return described(
        {"type": types, "properties": declared, "additionalProperties": unknown_key(declared)},
        "param",
    )


def _variants(
    key: str, known: Mapping[str, type[Params]], *sections: str
) -> tuple[Schema, dict[str, Schema]]:
    """The key that chooses, and what each choice brings."""
    tables = {name: _model(model, name, *sections) for name, model in known.items()}
    for table in tables.values():
        del table["properties"][key]
        table["required"] = [name for name in table["required"] if name != key]
    about = {name: " ".join((model.__doc__ or "").split()) for name, model in known.items()}
    return choices(known, about), tables


def _choosing(key: str, known: Mapping[str, type[Params]], *sections: str) -> Schema:
    about, tables = _variants(key, known, *sections)
    return by_key(key, _described(key, about, *sections), tables)


def _data(registry: Registry) -> Schema:
    common = _model(models.DataTable, "data")["properties"]
    fields = _named(_choosing("kind", KINDS, *KINDS))
    common["fields"] = {"description": meanings()["data"]["fields"], **fields, "minProperties": 1}
    tables = {}
    for name, source in names_of(registry.sources):
        own = _model(source.params, "parameters")
        tables[name] = {**own, "properties": {**common, **own["properties"]}}
        tables[name]["required"] = [*own["required"], "fields"]
    return by_key("source", _kinds(dict(names_of(registry.sources)), "source", "data"), tables)


def _kinds(known: Mapping[str, Loss] | Mapping[str, DataSource], key: str, section: str) -> Schema:
    about = choices(known, {name: item.summary for name, item in known.items()})
    return _described(key, about, section)


def _described(key: str, about: Schema, *sections: str) -> Schema:
    found: Schema = described({"properties": {key: about}}, *sections)["properties"][key]
    return found


def _latents() -> Schema:
    found = _choosing("distribution", LATENTS, "latents")
    for rule in found["then"]["allOf"]:
        if "size" in rule["then"]["properties"]:
            sized = {"if": {"not": {"required": ["shape"]}}, "then": {"required": ["size"]}}
            rule["then"] |= sized
    return found


def _network() -> Schema:
    found = _model(models.NetworkTable, "networks")
    found["properties"] |= _layered("networks")
    alike = closed({key: {} for key in OWN_KEYS})
    return {
        **found,
        "if": {"required": ["like"]},
        "then": alike,
        "else": {"required": ["layers"]},
    }


def _blocks() -> Schema:
    help = "blocks are named in kebab-case, such as up-block"
    return {
        "type": "object",
        "patternProperties": {_KEBAB: _composite()},
        "additionalProperties": refused("no name of a block", help),
    }


def _composite() -> Schema:
    found = _model(models.BlockTable, "composite")
    found["properties"] |= _layered("composite") | {
        "params": {"description": meanings()["composite"]["params"], **_named(_param())}
    }
    return found


def _layered(section: str) -> Schema:
    layers = {"description": meanings()[section]["layers"], **LAYERS}
    return {"layers": layers, "defaults": defined("defaults")}


def _losses(registry: Registry) -> Schema:
    common = _model(models.LossTable, "losses")
    del common["properties"]["kind"]
    tables = {}
    for name, loss in names_of(registry.losses):
        own = _model(loss.params, "parameters")
        wired = {
            t: {"description": f"wiring: a tensor of `{name}`", **WIRING} for t in loss.tensors
        }
        wired |= {t: {**_each(WIRING), "minProperties": 1} for t in loss.tables}
        wired |= {key: _networks(f"networks whose weights `{name}` takes") for key in loss.networks}
        tables[name] = {
            "properties": {**common["properties"], **wired, **own["properties"]},
            "required": [*wired, *own["required"]],
        }
    return by_key("kind", _kinds(dict(names_of(registry.losses)), "kind", "losses"), tables)


def _networks(about: str) -> Schema:
    """A list of networks, or of layers of theirs."""
    return {"description": about, "type": "array", "items": {"type": "string"}, "minItems": 1}


def _train() -> Schema:
    optimizer = _choosing("kind", OPTIMIZERS, "optimizer")
    player = _model(models.PlayerTable, "players")
    player["properties"]["optimizer"] = {
        "description": meanings()["players"]["optimizer"],
        **relaxed(optimizer),
    }
    found = _model(models.TrainTable, "train")
    found["properties"] |= {
        "optimizer": {"description": meanings()["train"]["optimizer"], **optimizer},
        "players": {"description": meanings()["train"]["players"], **_named(player)},
    }
    nested: dict[str, Any] = found["properties"]["ema"]
    found["properties"]["ema"] = described(nested, "ema")
    found["properties"]["monitor"] = described(found["properties"]["monitor"], "monitor")
    return {
        **found,
        "required": ["optimizer"],
        "if": {"not": {"anyOf": [{"required": ["kimg"]}, {"required": ["rounds"]}]}},
        "then": {"required": ["epochs"]},
    }


def _stages() -> Schema:
    """A stage: keys of its own, and any of `[train]`."""
    own, train = _model(models.StageTable, "stages"), relaxed(_train())
    properties = {**own["properties"], **train["properties"]}
    return {**own, "properties": properties, "additionalProperties": unknown_key(properties)}


def _sample() -> Schema:
    found = _model(models.SampleTable, "sample")
    latents = _choosing("distribution", LATENTS, "latents")
    for rule in latents["then"]["allOf"]:
        rule["then"].pop("required", None)
    found["properties"]["latents"] = {
        "description": meanings()["sample"]["latents"],
        **_named(latents),
    }
    return found
