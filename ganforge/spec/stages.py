"""`[stages]`: in order, each a length and what of `[train]`, losses and networks it has its own
way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.evaluate import Scope, shown
from ganforge.spec.findings import Findings
from ganforge.spec.models import Spec, Stage, StageTable
from ganforge.spec.names import check_name
from ganforge.spec.train import LENGTHS, read_optimizers, read_train
from ganforge.spec.validate import read

OWN = tuple(StageTable.model_fields)
"""The keys that a stage has beside those of `[train]`."""

MAX_STAGES = 100
"""Each is compiled as a spec of its own."""


def read_stages(table: Mapping[str, Any], scope: Scope, findings: Findings) -> tuple[Stage, ...]:
    """The stages that could be read, in order."""
    if len(table) > MAX_STAGES:
        message = f"there are {len(table)} stages; at most {MAX_STAGES} are allowed"
        findings.add("GF118", ("stages",), message, "let a live number change what they change")
        return ()
    stages: list[Stage] = []
    for name, value in table.items():
        path = ("stages", name)
        if not check_name(name, path, findings, keywords=True):
            continue
        if not isinstance(value, dict):
            message = f"`{name}` must be a table, not {shown(value)}"
            findings.add("GF114", path, message, f"write `[stages.{name}]`")
            continue
        own = {key: value[key] for key in OWN if key in value}
        stage = read(StageTable, own, path, scope, findings, table="stages")
        if stage is not None:
            stages += _levels(name, stage, stages, findings)
    return tuple(stages)


def _levels(
    name: str, table: StageTable, before: Sequence[Stage], findings: Findings
) -> list[Stage]:
    """The stages of a table: one for each level; without levels one at the last."""
    level = before[-1].level if before else None
    levels = (level,) if table.level is None else table.level
    if table.fade_kimg is not None and table.level is None:
        message, help = "nothing grows in this stage", "give it a `level`, or remove `fade_kimg`"
        findings.add("GF720", ("stages", name, "fade_kimg"), message, help, key=True)
    stages = []
    for own in levels:
        if own is not None and own < (level or 0):
            message = f"level {own} comes after level {level}, and networks do not shrink"
            path: Path = ("stages", name, "level")
            findings.add("GF606", path, message, "list the levels in ascending order, from 0 on")
        called = f"{name}-{own}" if len(levels) > 1 else name
        fades = table.fade_kimg is not None and level is not None and own != level
        stages.append(Stage(called, table, name, own, fades))
        level = own
    return stages


def view_of(spec: Spec, stage: Stage, findings: Findings, res: int | None = None) -> Spec:
    """The spec as a stage sees it: its losses, and `[train]` with its own keys laid over.

    findings: those of this stage, which stand at its own keys where it has them. res: the height of
    its images, where that is known.
    """
    table = spec.document.values
    train = merged(table.get("train"), table["stages"][stage.key])
    scope = _scope(spec, stage, res)
    if not any(key in train for key in LENGTHS):
        message = f"the stage `{stage.name}` has no length"
        help = "give one of kimg, rounds, epochs"
        findings.add("GF601", ("stages", stage.key), message, help, key=True)
    before = len(findings.errors)
    read_table = read_train(train, scope, findings, extra_keys=OWN)
    optimizers = read_optimizers(train, scope, findings)
    if stage.fades and "kimg" not in train and any(key in train for key in LENGTHS):
        message = "what is faded in over kimg needs a length in kimg"
        findings.add("GF601", ("stages", stage.key), message, "write `kimg = 600`", key=True)
    if "monitor" in table["stages"][stage.key]:
        message = f"the stage `{stage.name}` cannot have a monitor of its own"
        path = ("stages", stage.key, "monitor")
        findings.add("GF115", path, message, "write it in `[train]`, for all stages", key=True)
    named = _losses(spec, stage, findings)
    _check_networks(spec, stage, findings)
    sample = spec.sample
    if stage.table.images is not None:
        sample = sample.model_copy(update={"images": stage.table.images})
    return replace(
        spec,
        scope=replace(scope, unread=spec.scope.unread),
        train=read_table,
        optimizers=optimizers,
        losses={name: loss for name, loss in spec.losses.items() if name in named},
        sample=sample,
        sound=spec.sound and len(findings.errors) == before,
        stage=stage,
    )


def _scope(spec: Spec, stage: Stage, res: int | None) -> Scope:
    """What formulas of a stage know of its level; until it is compiled nothing of `res`."""
    if stage.level is None:
        return replace(spec.scope, growing=None)
    if res is None:
        return replace(spec.scope.without({"res"}), growing={"level": stage.level})
    return replace(spec.scope, growing={"level": stage.level, "res": res})


def merged(train: Any, stage: Mapping[str, Any]) -> dict[str, Any]:
    """`[train]` with a stage's keys laid over: its length replaces the common one, its optimiser
    and its players are merged.
    """
    common = dict(train) if isinstance(train, dict) else {}
    own = {key: value for key, value in stage.items() if key not in OWN}
    if any(key in own for key in LENGTHS):
        common = {key: value for key, value in common.items() if key not in LENGTHS}
    if "optimizer" in own:
        own["optimizer"] = _laid_over(common.get("optimizer"), own["optimizer"])
    if isinstance(own.get("players"), dict):
        own["players"] = _players(common.get("players"), own["players"])
    return {**common, **own}


def _laid_over(common: Any, own: Any) -> Any:
    """An optimiser's keys over the common ones, unless its kind is another."""
    if not isinstance(common, dict) or not isinstance(own, dict):
        return own
    if own.get("kind", common.get("kind")) != common.get("kind"):
        return own
    return {**common, **own}


def _players(common: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    players = dict(common) if isinstance(common, dict) else {}
    for name, table in own.items():
        before = players.get(name)
        if not isinstance(before, dict) or not isinstance(table, dict):
            players[name] = table
            continue
        players[name] = {**before, **table}
        if "optimizer" in table:
            players[name]["optimizer"] = _laid_over(before.get("optimizer"), table["optimizer"])
    return players


def _losses(spec: Spec, stage: Stage, findings: Findings) -> list[str]:
    """The losses of a stage; GF602 for one that does not exist."""
    if stage.table.losses is None:
        return list(spec.losses)
    written = spec.document.values.get("losses")
    known = list(written) if isinstance(written, dict) else []
    for k, name in enumerate(stage.table.losses):
        if name not in known:
            path: Path = ("stages", stage.key, "losses", k)
            message, help = f"no loss is called `{name}`", did_you_mean(name, known)
            findings.add("GF602", path, message, help)
    return stage.table.losses


def _check_networks(spec: Spec, stage: Stage, findings: Findings) -> None:
    """GF602 for a network in `train` that does not exist."""
    written = spec.document.values.get("networks")
    known = list(written) if isinstance(written, dict) else []
    for k, name in enumerate(stage.table.train or ()):
        if name not in known:
            path: Path = ("stages", stage.key, "train", k)
            message, help = f"no network is called `{name}`", did_you_mean(name, known)
            findings.add("GF602", path, message, help)
