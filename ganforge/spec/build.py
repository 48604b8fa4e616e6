"""From a Document to a Spec: every table read by its model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.habits import of_key
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Document
from ganforge.document.load import OF_SPECS
from ganforge.formula.evaluate import Meter, Scope, shown
from ganforge.plugins.registry import Registry
from ganforge.spec import planned
from ganforge.spec.conditioning import read_conditions
from ganforge.spec.data import read_data
from ganforge.spec.findings import Findings
from ganforge.spec.keys import unknown_key_help
from ganforge.spec.latents import read_latents, read_sampled_latents
from ganforge.spec.likeness import check_likeness
from ganforge.spec.losses import read_losses
from ganforge.spec.models import (
    BlockTable,
    DataTable,
    GanTable,
    NetworkTable,
    SampleTable,
    Spec,
    TrainTable,
)
from ganforge.spec.names import check_inputs, check_name
from ganforge.spec.numbers import check_numbers
from ganforge.spec.params import TYPES, resolve_params
from ganforge.spec.stages import read_stages
from ganforge.spec.train import read_optimizers, read_train
from ganforge.spec.validate import read

TABLES = [
    "ganforge",
    "gan",
    "params",
    "data",
    "latents",
    "conditioning",
    "blocks",
    "networks",
    "flow",
    "losses",
    "stages",
    "train",
    "sample",
    "plugins",
]

NEEDED = {
    "data": '`[data]` with `source = "shapes"`, and `[data.fields]`',
    "networks": "`[networks.G]` and `[networks.D]`, each with `layers`",
    "losses": '`[losses.adversarial]` with `kind = "adversarial"`',
    "train": "`[train]` with a length and an `optimizer`",
}
"""The tables without which there is no training, and what to write."""

OF_NAMES = {
    "latents": (("distribution", "size", "shape"), "z", "latents"),
    "networks": (("layers", "inputs", "init"), "G", "networks"),
    "losses": (("kind", "objective", "weight"), "adversarial", "losses"),
    "stages": (("rounds", "kimg", "epochs", "losses", "level"), "first", "stages"),
    "conditioning": (("field", "draw"), "y", "conditions"),
}
"""Tables whose entries have names: keys of an entry, such a name, and what they hold."""

KEYS_OF_TABLES = {
    "train": TrainTable.model_fields,
    "sample": SampleTable.model_fields,
    "data": ("source", *DataTable.model_fields),
    "gan": GanTable.model_fields,
}
"""Keys that are looked for where one stands outside of every table."""


def build_spec(document: Document, registry: Registry) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec a document says, and everything that is wrong with its tables."""
    findings = Findings(document)
    sane = check_numbers(document.values, findings)
    tables = _tables(document, findings) if sane else {name: {} for name in TABLES}
    meter = Meter()
    params = resolve_params(tables["params"], ("params",), findings, scope=Scope(meter=meter))
    unread = frozenset(tables["params"]) - frozenset(params)
    scope = Scope(params, unread=unread, meter=meter)
    stages = read_stages(tables["stages"], scope, findings)
    # What [train] says of a spec with stages is read with the keys of each.
    train = TrainTable() if stages else read_train(tables["train"], scope, findings)
    optimizers = {} if stages else read_optimizers(tables["train"], scope, findings)
    grown = [stage.level for stage in stages if stage.level is not None]
    if grown:
        scope = replace(scope, growing={"level": grown[-1]})
    latents = read_latents(tables["latents"], ("latents",), scope, findings)
    spec = Spec(
        document=document,
        gan=read(GanTable, tables["gan"], ("gan",), scope, findings) or GanTable(),
        scope=scope,
        data=read_data(tables["data"], scope, registry, findings),
        latents=latents,
        conditions=read_conditions(tables["conditioning"], tables["data"], scope, findings),
        blocks=_blocks(tables["blocks"], scope, registry, findings),
        networks=check_likeness(
            _named(NetworkTable, tables["networks"], "networks", scope, findings), findings
        ),
        flow=_flow(tables["flow"], findings),
        losses=read_losses(tables["losses"], scope, registry, findings),
        train=train,
        optimizers=optimizers,
        stages=stages,
        sample=read(SampleTable, tables["sample"], ("sample",), scope, findings, table="sample")
        or SampleTable(),
        sampled_latents=read_sampled_latents(tables["sample"], latents, scope, findings),
    )
    return replace(spec, sound=not findings.errors), tuple(findings.items)


def _tables(document: Document, findings: Findings) -> dict[str, dict[str, Any]]:
    if not {"ganforge", *OF_SPECS} & document.values.keys():
        return {name: {} for name in TABLES}  # no spec, as GF100 says
    for name, value in document.values.items():
        if name in planned.TABLES:
            planned.refuse_table(findings, name)
        elif name not in TABLES:
            known = [*TABLES, "train.optimizer", "train.ema", "extends"]
            habit = of_key("", name, known)
            help = unknown_key_help("", name, known) if habit else did_you_mean(name, TABLES)
            message = f"unknown table `[{name}]`"
            if not isinstance(value, dict | list):
                message = f"unknown key `{name}`"
                owner = next((t for t, keys in KEYS_OF_TABLES.items() if name in keys), None)
                help = f"it is a key of `[{owner}]`: write it below that header" if owner else help
            findings.add("GF102", (name,), message, help, key=True)
        elif name != "ganforge" and not isinstance(value, dict):
            message = f"`{name}` must be a table, not {shown(value)}"
            help = f"write `[{name}]` on a line of its own"
            if name in OF_NAMES and isinstance(value, list):
                named = [item.get("name") for item in value if isinstance(item, dict)]
                one = next((n for n in named if isinstance(n, str)), OF_NAMES[name][1])
                help = f"each has a table by its name: write `[{name}.{one}]`"
            findings.add("GF114", (name,), message, help)
    values = document.values
    _check_needed(values, findings)
    unnamed = [name for name in OF_NAMES if _is_unnamed(name, values.get(name), findings)]
    read = {name: values.get(name) for name in TABLES if name not in unnamed}
    return {name: table if isinstance(table := read.get(name), dict) else {} for name in TABLES}


def _is_unnamed(name: str, table: object, findings: Findings) -> bool:
    """Whether a table of names holds the keys of one entry, as `kind` in `[losses]`."""
    keys, example, what = OF_NAMES[name]
    key = next((k for k in table if k in keys), None) if isinstance(table, dict) else None
    if key is None or not isinstance(table, dict) or isinstance(table[key], dict):
        return False
    message = f"`[{name}]` holds {what} by name, and `{key}` is a key of one"
    findings.add("GF114", (name, key), message, f"write `[{name}.{example}]` above it", key=True)
    return True


def _check_needed(values: Mapping[str, Any], findings: Findings) -> None:
    if not NEEDED.keys() & values.keys():
        names = [f"`[{name}]`" for name in NEEDED]
        message = f"the spec has none of the tables {', '.join(names[:-1])} and {names[-1]}"
        help = 'write them, or start from a shipped spec: `extends = "dcgan"`'
        findings.add("GF116", ("ganforge",), message, help, key=True)
        return
    for name, about in NEEDED.items():
        if name not in values:
            findings.add("GF116", (), f"the spec has no `[{name}]` table", f"add {about}")
        elif values[name] == {}:
            findings.add("GF116", (name,), f"the table `[{name}]` is empty", f"add {about}")


def _blocks(
    table: Mapping[str, Any], scope: Scope, registry: Registry, findings: Findings
) -> dict[str, BlockTable]:
    blocks: dict[str, BlockTable] = _named(BlockTable, table, "blocks", scope, findings)
    for name, block in blocks.items():
        _check_types(name, block.params, findings)
    for name in table:
        path = ("blocks", name)
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            kebab = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).replace("_", "-").lower()
            named = re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", kebab)
            help = f"blocks are named in kebab-case, such as `{kebab if named else 'up-block'}`"
            findings.add("GF101", path, f"`{name}` is no name of a block", help, key=True)
        elif name in registry.blocks:
            message = f"the block `{name}` hides the plugin's block of this name"
            findings.add("GF807", path, message, f"call it `my-{name}`", key=True)
    return blocks


def _check_types(block: str, params: Mapping[str, Any], findings: Findings) -> None:
    """GF104 for a type in place of a declaration."""
    for name, value in params.items():
        if isinstance(value, str) and value in TYPES:
            help = f'a type is declared: `{name} = {{ type = "{value}" }}`'
            message = f'"{value}" is no formula over the params'
            findings.add("GF104", ("blocks", block, "params", name), message, help)


def _named(
    model: type[Any], table: Mapping[str, Any], name: str, scope: Scope, findings: Findings
) -> dict[str, Any]:
    result = {}
    for key, value in table.items():
        path = (name, key)
        if name == "networks" and not check_name(key, path, findings):
            continue
        entry = read(model, value, path, scope, findings)
        if entry is not None and check_inputs(entry.inputs, name, path, findings):
            result[key] = entry
    return result


def _flow(table: Mapping[str, Any], findings: Findings) -> dict[str, str]:
    flow = {}
    for name, value in table.items():
        if not check_name(name, ("flow", name), findings):
            continue
        if not isinstance(value, str):
            findings.add(
                "GF114",
                ("flow", name),
                f"`{name}` must be wiring in quotes",
                f'write `{name} = "G(z)"`',
            )
            continue
        flow[name] = value
    return flow
