"""From a Document to a Spec: every table read by its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Document
from ganforge.formula.evaluate import Scope
from ganforge.plugins.registry import Registry
from ganforge.spec.data import read_data
from ganforge.spec.losses import read_losses
from ganforge.spec.models import (
    AnyLatent,
    Bernoulli,
    BlockTable,
    Categorical,
    GanTable,
    NetworkTable,
    Normal,
    SampleTable,
    Spec,
    TruncatedNormal,
    Uniform,
)
from ganforge.spec.names import check_name
from ganforge.spec.params import resolve_params
from ganforge.spec.train import read_optimizers, read_train
from ganforge.spec.validate import PLANNED, Findings, read

TABLES = "ganforge gan params data latents blocks networks flow losses train sample".split()

LATENTS: Mapping[str, type[AnyLatent]] = {
    "normal": Normal,
    "uniform": Uniform,
    "truncated-normal": TruncatedNormal,
    "bernoulli": Bernoulli,
    "categorical": Categorical,
}


def build_spec(document: Document, registry: Registry) -> tuple[Spec, tuple[Diagnostic, ...]]:
    """The spec a document says, and everything that is wrong with its tables."""
    findings = Findings(document)
    tables = _tables(document, findings)
    params = resolve_params(tables["params"], ("params",), findings)
    scope = Scope(params)
    train = read_train(tables["train"], scope, findings)
    spec = Spec(
        document=document,
        gan=read(GanTable, tables["gan"], ("gan",), scope, findings) or GanTable(),
        params=params,
        data=read_data(tables["data"], scope, registry, findings),
        latents=_latents(tables["latents"], scope, findings),
        blocks=_named(BlockTable, tables["blocks"], "blocks", scope, findings),
        networks=_named(NetworkTable, tables["networks"], "networks", scope, findings),
        flow=_flow(tables["flow"], findings),
        losses=read_losses(tables["losses"], scope, registry, findings),
        train=train,
        optimizers=read_optimizers(tables["train"], scope, findings),
        sample=read(SampleTable, tables["sample"], ("sample",), scope, findings, table="sample")
        or SampleTable(),
    )
    return spec, tuple(findings.items)


def _tables(document: Document, findings: Findings) -> dict[str, dict[str, Any]]:
    for name, value in document.values.items():
        if name in PLANNED[""]:
            message = f"`[{name}]` is part of the language, but this version of ganforge does not build it"
            findings.add(
                "GF117", (name,), message, "remove the table, or use a later version", key=True
            )
        elif name not in TABLES:
            known = did_you_mean(name, TABLES)
            findings.add("GF102", (name,), f"unknown table `[{name}]`", known, key=True)
        elif name != "ganforge" and not isinstance(value, dict):
            findings.add("GF114", (name,), f"`{name}` must be a table")
    for name in ("data", "networks", "losses", "train"):
        if name not in document.values:
            findings.add("GF116", (), f"the spec has no `[{name}]` table", f"add `[{name}]`")
    values = document.values
    return {name: values[name] if isinstance(values.get(name), dict) else {} for name in TABLES}


def _latents(table: Mapping[str, Any], scope: Scope, findings: Findings) -> dict[str, AnyLatent]:
    latents: dict[str, AnyLatent] = {}
    for name, value in table.items():
        path = ("latents", name)
        if not check_name(name, path, findings) or not _is_table(value, path, findings):
            continue
        kind = value.get("distribution")
        if kind not in LATENTS:
            help = did_you_mean(str(kind), list(LATENTS))
            findings.add(
                "GF110", (*path, "distribution"), f"`{name}` needs a known `distribution`", help
            )
            continue
        latent = read(LATENTS[kind], value, path, scope, findings)
        if latent is not None and _has_one_shape(latent, path, findings):
            latents[name] = latent
    return latents


def _has_one_shape(latent: AnyLatent, path: tuple[str, ...], findings: Findings) -> bool:
    if isinstance(latent, Categorical):
        return True
    if (latent.size is None) == (latent.shape is None):
        findings.add(
            "GF111",
            path,
            f"the latent `{path[-1]}` needs `size` or `shape`, and not both",
            "write `size = 100`",
        )
        return False
    if latent.shape is not None and (not latent.shape or min(latent.shape) < 1):
        findings.add("GF115", (*path, "shape"), "a shape is a list of sizes, each at least 1")
        return False
    if isinstance(latent, Uniform) and not latent.low < latent.high:
        findings.add("GF115", path, f"`low` must be below `high` in the latent `{path[-1]}`")
        return False
    return True


def _named(
    model: type[Any], table: Mapping[str, Any], name: str, scope: Scope, findings: Findings
) -> dict[str, Any]:
    result = {}
    for key, value in table.items():
        path = (name, key)
        if name == "networks" and not check_name(key, path, findings):
            continue
        entry = read(model, value, path, scope, findings)
        if entry is not None and all(
            [
                check_name(n, (*path, "inputs", i), findings, key=False)
                for i, n in enumerate(_bare(entry.inputs))
            ]
        ):
            result[key] = entry
    return result


def _bare(inputs: list[str]) -> list[str]:
    return [name.removesuffix("?") for name in inputs]


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


def _is_table(value: object, path: tuple[str, ...], findings: Findings) -> bool:
    if isinstance(value, dict):
        return True
    findings.add("GF114", path, f"`{path[-1]}` must be a table")
    return False
