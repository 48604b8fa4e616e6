"""What stages owe each other: every loss and network has its turn, and what stands still has been
trained before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.passes.game import listed
from ganforge.graph.passes.players import report_player, report_unmoved
from ganforge.spec.findings import Findings
from ganforge.spec.models import Stage
from ganforge.spec.train import LENGTHS


def check_stages(whole: Graph, stages: Sequence[Graph], findings: Findings) -> None:
    """GF402, GF603, GF604, GF610 and GF620, over all stages of a spec."""
    _check_losses(whole, stages, findings)
    _check_length(whole, findings)
    _check_moved(whole, stages, findings)
    _check_players(whole, stages, findings)
    ends: dict[str, set[str]] = {}
    trained: set[str] = set()
    for graph in stages:
        stage, moved = _stage(graph), moved_in(graph)
        _check_named(graph, stage, moved, findings)
        _check_start(stage, list(ends), findings)
        start = stage.table.init_from
        if start is None or start in ends:
            trained = ends[start] if start else trained
            later = {n for other in stages for n in moved_in(other)} - trained - moved
            _check_still(graph, stage, later, findings)
            _check_shown(graph, stage, later, stages, findings)
        trained = ends[stage.name] = trained | moved


def _check_length(whole: Graph, findings: Findings) -> None:
    """GF720 for a length in the spec's own `[train]`, where each stage has one of its own."""
    document = findings.document
    stages = document.values["stages"].values()
    if not all(set(LENGTHS) & set(stage) for stage in stages):
        return
    for key in LENGTHS:
        span = document.span(("train", key), key=True)
        own = key in (document.values.get("train") or {})
        if own and span is not None and not document.distance(span):
            message = f"`{key}` has no effect here: each stage has a length of its own"
            findings.add("GF720", ("train", key), message, "remove it", key=True)


def moved_in(graph: Graph) -> set[str]:
    """The networks that some loss moves in a stage."""
    return {name for term in graph.terms for name in term.moves}


def _stage(graph: Graph) -> Stage:
    assert graph.spec.stage is not None
    return graph.spec.stage


def starts_from_runs(stages: Sequence[Graph]) -> bool:
    """Whether some stage starts from a run, in which any network may have been trained."""
    names = {_stage(graph).name for graph in stages}
    return any((_stage(graph).table.init_from or "") not in {*names, ""} for graph in stages)


def _check_start(stage: Stage, before: Sequence[str], findings: Findings) -> None:
    """GF602: `init_from` names a stage that is not there before; a run is a path."""
    name = stage.table.init_from
    if name is not None and name not in before and not re.search(r"[/\\]", name):
        message = f"no stage before `{stage.name}` is called `{name}`"
        help = did_you_mean(name, list(before)) if before else "this is the first stage"
        said = f"{help} A" if help.endswith("?") else f"{help}; a"
        help = f"{said} run is named by its path, such as `./runs/{name}`"
        findings.add("GF602", ("stages", stage.key, "init_from"), message, help)


def _check_losses(whole: Graph, stages: Sequence[Graph], findings: Findings) -> None:
    """GF603: a loss that no stage computes."""
    for name in whole.losses:
        if all(name not in graph.losses for graph in stages):
            message = f"the loss `{name}` is active in no stage"
            help = f"add it to the `losses` of a stage, or remove `[losses.{name}]`"
            findings.add("GF603", ("losses", name), message, help, key=True)


def _check_moved(whole: Graph, stages: Sequence[Graph], findings: Findings) -> None:
    """GF402: a network that no stage moves."""
    moved = {name for graph in stages for name in moved_in(graph)}
    reached, given = moved_in(whole), starts_from_runs(stages)
    for name in whole.learnable():
        if name in moved or not any(name in graph.networks for graph in stages):
            continue
        if name in reached and given:
            continue  # a run has trained it
        if name in reached:
            message = f"no stage trains the network `{name}`"
            help = f"name `{name}` in the `train` of a stage whose losses reach it, or write "
            help += "`frozen = true`"
            findings.add("GF402", ("networks", name), message, help, key=True)
        else:
            report_unmoved(whole, name, findings)


def _check_players(whole: Graph, stages: Sequence[Graph], findings: Findings) -> None:
    """GF602: a player of `[train]` that no stage has."""
    written = whole.spec.document.values.get("train", {})
    players = {player.name for graph in stages for player in graph.players}
    for name in written.get("players", {}):
        if name not in players:
            report_player(name, ("train", "players", name), players, findings)
    for k, name in enumerate(written.get("order", ())):
        if name not in players:
            report_player(name, ("train", "order", k), players, findings)


def _check_named(graph: Graph, stage: Stage, moved: set[str], findings: Findings) -> None:
    """GF604: a network in a stage's `train` that no loss of the stage moves."""
    for k, name in enumerate(stage.table.train or ()):
        if name not in moved:
            message = f"no loss of the stage `{stage.name}` moves `{name}`: it stands still"
            help = f"moved here: {listed(moved) or 'nothing'}; take `{name}` out of `train`, or "
            help += "add a loss that reaches it"
            path: Path = ("stages", stage.key, "train", k)
            findings.add("GF604", path, message, help)


def _check_still(graph: Graph, stage: Stage, later: set[str], findings: Findings) -> None:
    """GF620: a stage computes with a network that only a later one trains."""
    used = graph.called(i for term in graph.terms for i in term.tensors)
    for name in graph.networks:
        if name in used & later:
            message = f"the stage `{stage.name}` uses `{name}`, which nothing has trained by then"
            help = f"train `{name}` here or in a stage before, or name a run in `init_from`; a "
            help += "critic that warms up says so: `# ganforge: ignore[GF620] warming up`"
            findings.add("GF620", ("stages", stage.key), message, help, key=True)


def _check_shown(
    graph: Graph, stage: Stage, later: set[str], stages: Sequence[Graph], findings: Findings
) -> None:
    """GF610: samples of a stage are made by a network that a later stage trains first."""
    shown = graph.called(graph.samples) & later
    for name in (name for name in graph.networks if name in shown):
        first = next(_stage(other).name for other in stages if name in moved_in(other))
        message = f"samples of the stage `{stage.name}` show what `{name}` makes, and "
        message += f"the stage `{first}` trains it"
        own = stage.table.images is not None
        path: Path = ("stages", stage.key, "images") if own else ("stages", stage.key)
        help = "give this stage `images` of its own, made by trained networks"
        findings.add("GF610", path, message, help, key=not own)
