"""`[latents]`, and the latents that samples draw differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.formula.evaluate import Scope, shown
from ganforge.spec.findings import Findings, lookup
from ganforge.spec.names import check_name
from ganforge.spec.priors import AnyLatent, Bernoulli, Categorical, Normal, TruncatedNormal, Uniform
from ganforge.spec.validate import chosen, read

LATENTS: Mapping[str, type[AnyLatent]] = {
    "normal": Normal,
    "uniform": Uniform,
    "truncated-normal": TruncatedNormal,
    "bernoulli": Bernoulli,
    "categorical": Categorical,
}


def read_latents(
    table: Mapping[str, Any], path: tuple[str, ...], scope: Scope, findings: Findings
) -> dict[str, AnyLatent]:
    """The latents that could be read; the others are reported."""
    latents: dict[str, AnyLatent] = {}
    for name, value in table.items():
        at = (*path, name)
        if not check_name(name, at, findings) or not _is_table(value, at, findings):
            continue
        kind = chosen(value, "distribution", LATENTS, at, findings)
        if kind is None:
            continue
        latent = read(LATENTS[kind], value, at, scope, findings)
        if latent is not None and _has_one_shape(latent, at, findings):
            latents[name] = latent
    return latents


def read_sampled_latents(
    sample: Mapping[str, Any], latents: Mapping[str, AnyLatent], scope: Scope, findings: Findings
) -> dict[str, AnyLatent]:
    """`[sample] latents`: without a size of their own they have that of training."""
    table = sample.get("latents")
    if not isinstance(table, dict):
        return {}
    written = lookup(findings.document, ("latents",))
    broken = set(written if isinstance(written, dict) else ()) - set(latents)  # reported there
    sized = {n: _sized(value, latents.get(n)) for n, value in table.items() if n not in broken}
    return read_latents(sized, ("sample", "latents"), scope, findings)


def _sized(value: Any, like: AnyLatent | None) -> Any:
    if not isinstance(value, dict) or like is None or {"size", "shape", "classes"} & set(value):
        return value
    if isinstance(like, Categorical):
        return {**value, "classes": like.classes}
    return {**value, "shape": list(like.shape)} if like.shape else {**value, "size": like.size}


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
        message = "a shape is a list of sizes, each at least 1"
        findings.add("GF115", (*path, "shape"), message, "such as `shape = [100]`")
        return False
    if isinstance(latent, Uniform) and not latent.low < latent.high:
        message = f"`low` must be below `high` in the latent `{path[-1]}`"
        findings.add("GF115", path, message, "such as `low = -1, high = 1`")
        return False
    return True


def _is_table(value: object, path: tuple[str, ...], findings: Findings) -> bool:
    if isinstance(value, dict):
        return True
    message = f"`{path[-1]}` must be a table, not {shown(value)}"
    findings.add("GF114", path, message, f"write `{path[-1]} = {{ ... }}`")
    return False
