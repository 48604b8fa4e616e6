"""The table of stages: what each trains, how long and at which level."""

from __future__ import annotations

import re
from typing import Any

from ganforge.codegen.expressions import literal
from ganforge.codegen.levels import LEVEL, following
from ganforge.codegen.names import Imports
from ganforge.plan.plan import Plan
from ganforge.spec.train import LENGTHS


def stage_rows(plan: Plan, imports: Imports) -> list[str]:
    """The calls that make the table of stages; those of a growth are made in one loop."""
    made = imports.use("ganforge.runtime.stages:Stage")
    rows: list[str] = []
    for said in _runs(_said_of_stages(plan)):
        if len(said) < 3:
            rows += [_stage_call(made, {k: literal(v) for k, v in each.items()}) for each in said]
            continue
        first, last = said[0]["level"], said[-1]["level"]
        res = following({each["level"]: each["res"] for each in said}).replace(LEVEL, "level")
        name = said[0]["name"].rpartition("-")[0]
        texts = {key: literal(value) for key, value in said[-1].items()}
        texts |= {"name": f'f"{name}-{{level}}"', "level": "level", "res": res}
        rows.append(f"*({_stage_call(made, texts)} for level in range({first}, {last + 1}))")
    return rows


def _stage_call(made: str, texts: dict[str, str]) -> str:
    given = "".join(f", {key}={text}" for key, text in texts.items() if key != "name")
    return f"{made}({texts['name']}{given})"


def _runs(said: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Stages in order; those of neighbouring levels that differ in nothing else together."""
    runs: list[list[dict[str, Any]]] = []
    for each in said:
        if runs and _continues(runs[-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _continues(run: list[dict[str, Any]], each: dict[str, Any]) -> bool:
    last, own = run[-1], ("name", "level", "res")
    table, _, number = each["name"].rpartition("-")
    before, _, _ = last["name"].rpartition("-")
    return (
        table == before
        and re.fullmatch(r"[\w-]+", table) is not None  # it stands inside an f-string
        and number == str(each.get("level"))
        and last.get("level", 0) + 1 == each["level"] > 1
        and last["res"] * 2 == each["res"]
        and {k: v for k, v in last.items() if k not in own}
        == {k: v for k, v in each.items() if k not in own}
    )


def _said_of_stages(plan: Plan) -> list[dict[str, Any]]:
    """What the table says of each stage: what differs from the fields' own values."""
    started = {
        stage.graph.spec.stage.table.init_from for stage in plan.stages if stage.graph.spec.stage
    }
    table, before = [], set[str]()
    for stage in plan.stages:
        spec = stage.graph.spec
        assert spec.stage is not None
        moved = {name for step in stage.steps for name in step.player.networks}
        used = stage.graph.called(i for term in stage.graph.terms for i in term.tensors)
        said = {
            "name": spec.stage.name,
            "level": spec.stage.level,
            "res": (spec.scope.growing or {}).get("res"),
            "fade_kimg": _whole(spec.stage.table.fade_kimg) if spec.stage.fades else None,
            **{name: _whole(getattr(spec.train, name)) for name in LENGTHS},
            "trains": tuple(name for name in plan.graph.networks if name in moved),
            "needs": tuple(n for n in plan.graph.networks if n in before & (used | moved)),
            "fresh_optimizers": spec.stage.table.fresh_optimizers,
            "init_from": spec.stage.table.init_from,
            "kept": spec.stage.name in started,
        }
        table.append({key: value for key, value in said.items() if value})
        before |= moved
    return table


def _whole(value: float | None) -> float | None:
    return int(value) if value is not None and value == int(value) else value
