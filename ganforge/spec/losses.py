"""`[losses]`: each by the declaration of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.diagnostics.suggest import nearest
from ganforge.formula.evaluate import Scope, shown
from ganforge.plugins.registry import Registry
from ganforge.spec.findings import Findings
from ganforge.spec.keys import meant_key, unknown_key_help
from ganforge.spec.models import LossSpec, LossTable
from ganforge.spec.names import check_name
from ganforge.spec.validate import read

COMMON = tuple(about.alias or name for name, about in LossTable.model_fields.items())


def read_losses(
    table: Mapping[str, Any], scope: Scope, registry: Registry, findings: Findings
) -> dict[str, LossSpec]:
    """The losses that could be read; the others are reported."""
    losses = {}
    for name, value in table.items():
        path = ("losses", name)
        if not check_name(name, path, findings, keywords=True):
            continue
        if not isinstance(value, dict):
            findings.add("GF114", path, f"`{name}` must be a table", f"write `[losses.{name}]`")
            continue
        loss = _loss(name, value, scope, registry, findings)
        if loss is not None:
            losses[name] = loss
    return losses


def _loss(
    name: str, value: Mapping[str, Any], scope: Scope, registry: Registry, findings: Findings
) -> LossSpec | None:
    path, kind = ("losses", name), value.get("kind")
    if not isinstance(kind, str):
        _report_kind(name, value, findings)
        return None
    declaration = registry.losses.get(kind)
    if declaration is None:
        findings.missing(registry.missing("loss", kind), (*path, "kind"))
        return None
    common = read(LossTable, {k: value[k] for k in COMMON if k in value}, path, scope, findings)
    wired = (*declaration.tensors, *declaration.tables, *declaration.networks)
    own = {k: v for k, v in value.items() if k not in COMMON and k not in wired}
    params = read(
        declaration.params,
        own,
        path,
        scope,
        findings,
        table="losses",
        extra_keys=(*COMMON, *wired),
    )
    known = [*declaration.params.model_fields, *COMMON, *wired]
    meant = {meant_key("losses", key, known) for key in value if key not in known}
    if meant & {key for key in wired if key not in value}:
        return None  # told as an unknown key
    tensors = {t: value[t] for t in declaration.tensors if _is_wiring(value, t, path, findings)}
    tables = [t for t in declaration.tables if _is_table(value, t, path, findings)]
    named = [key for key in declaration.networks if _is_named(value, key, path, findings)]
    if common is None or params is None or len(tensors) + len(tables) + len(named) < len(wired):
        return None
    if common.left_out is not None and not named:
        message = f"the loss `{kind}` takes no weights, of which some could be left out"
        findings.add("GF115", (*path, "except"), message, "remove it", key=True)
    for table in tables:
        tensors |= {f"{table}.{latent}": text for latent, text in value[table].items()}
    networks = {key: tuple(value[key]) for key in named}
    return LossSpec(declaration, common, tensors, params, networks)


def _report_kind(name: str, value: Mapping[str, Any], findings: Findings) -> None:
    """What is wrong with a loss that does not say its kind."""
    path = ("losses", name)
    if "kind" in value:
        message = f"`kind` must be a word in quotes, not {shown(value['kind'])}"
        findings.add("GF114", (*path, "kind"), message, 'write `kind = "adversarial"`')
        return
    misnamed = next((k for k in value if meant_key("losses", k, ["kind"])), None)
    if misnamed is not None:
        help = unknown_key_help("losses", misnamed, ["kind"])
        findings.add("GF102", (*path, misnamed), f"unknown key `{misnamed}`", help, key=True)
        return
    tables = findings.document.values["losses"].items()
    others = [n for n, other in tables if isinstance(other, dict) and "kind" in other]
    near, help = nearest(name, others), 'write `kind = "adversarial"`'
    if near is not None and findings.document.extends:
        help = f"did you mean `[losses.{near}]`, which is inherited? Otherwise {help}"
    findings.add("GF111", path, f"the loss `{name}` needs `kind`", help)


def _is_wiring(
    value: Mapping[str, Any], tensor: str, path: tuple[str, ...], findings: Findings
) -> bool:
    if tensor not in value:
        message = f"the loss `{path[-1]}` needs `{tensor}`"
        findings.add("GF111", path, message, f'write `{tensor} = "..."`')
        return False
    if not isinstance(value[tensor], str):
        message = f"`{tensor}` must be wiring in quotes"
        findings.add("GF114", (*path, tensor), message, f'such as `{tensor} = "D(x)"`')
        return False
    return True


def _is_named(
    value: Mapping[str, Any], key: str, path: tuple[str, ...], findings: Findings
) -> bool:
    """Whether a key holds a list of names."""
    example, names = f'write `{key} = ["G"]`', value.get(key)
    if key not in value:
        findings.add("GF111", path, f"the loss `{path[-1]}` needs `{key}`", example)
        return False
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        message = f"`{key}` must be a list of networks in quotes"
        findings.add("GF114", (*path, key), message, example)
        return False
    return True


def _is_table(
    value: Mapping[str, Any], table: str, path: tuple[str, ...], findings: Findings
) -> bool:
    """Whether a key holds a table of wiring with at least one entry."""
    example = f'write `{table} = {{ c = "..." }}`, with a latent for `c`'
    if not value.get(table):
        findings.add("GF111", path, f"the loss `{path[-1]}` needs `{table}`", example)
        return False
    if not isinstance(value[table], dict):
        message = f"`{table}` must be a table, not a list"
        if not isinstance(value[table], list):
            message = f"`{table}` must be a table, not {shown(value[table])}"
        findings.add("GF114", (*path, table), message, example)
        return False
    wired = [_is_wiring(value[table], name, (*path, table), findings) for name in value[table]]
    return all(wired)
