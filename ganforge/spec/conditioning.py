"""`[conditioning]`: under which condition samples are generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.evaluate import Scope
from ganforge.spec.data import KINDS
from ganforge.spec.findings import Findings
from ganforge.spec.label_noise import with_matrix
from ganforge.spec.models import Condition
from ganforge.spec.names import check_name
from ganforge.spec.validate import read


def read_conditions(
    table: Mapping[str, Any], data: Mapping[str, Any], scope: Scope, findings: Findings
) -> dict[str, Condition]:
    """The conditions that could be read; each stands for a field of the data."""
    written = data.get("fields")
    fields = written if isinstance(written, dict) else {}
    conditions = {}
    for name, value in table.items():
        path = ("conditioning", name)
        if not check_name(name, path, findings):
            continue
        condition = read(Condition, value, path, scope, findings, table="conditioning")
        if condition is None:
            continue
        field = fields.get(condition.field)
        if not isinstance(field, dict):
            message = f"the condition `{name}` stands for a field that the data does not have"
            help = did_you_mean(condition.field, list(fields), "field")
            findings.add("GF201", (*path, "field"), message, help)
        elif str(field.get("kind")) not in KINDS:
            continue  # the field tells what is wrong
        elif condition.draw == "uniform" and field.get("kind") != "class":
            message = f"`{name}` cannot be drawn uniformly: `{condition.field}` is no class"
            help = '`draw = "shuffle"` takes it from another sample of the batch'
            findings.add("GF115", (*path, "draw"), message, help)
        elif condition.noise is not None and field.get("kind") != "class":
            message = f"labels are noisy, and `{condition.field}` is no class"
            findings.add("GF115", (*path, "noise"), message, "remove `noise`")
        else:
            noise = with_matrix(condition.noise, (*path, "noise"), findings)
            conditions[name] = condition.model_copy(update={"noise": noise})
    return conditions
