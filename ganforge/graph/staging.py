"""A spec's graph; with stages of training one graph for each, and the whole that they are parts of.

Each stage is compiled as if it were a spec of its own: so all that is proven of a spec is proven of
each stage. What is wrong in several is told once, and what one stage leaves unused is told only if
all of them do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity, Span
from ganforge.graph.build import wired
from ganforge.graph.graph import Graph
from ganforge.graph.growth import with_growth
from ganforge.graph.passes import complete, run_passes
from ganforge.graph.passes.growth import check_pools, check_reach
from ganforge.graph.passes.stages import check_stages
from ganforge.graph.passes.weights import find_monitored
from ganforge.graph.sharing import Shared
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings
from ganforge.spec.models import Spec, Stage
from ganforge.spec.stages import OWN, view_of

ABOUT_ABSENCE = frozenset(
    ["GF112", "GF213", "GF214", "GF216", "GF220", "GF240", "GF507", "GF509", "GF720"]
)
"""Rules about what has no use: a stage need not use what another does."""


def build_graph(spec: Spec, registry: Registry) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a spec, and everything that is wrong with its wiring, shapes and losses."""
    if not spec.stages:
        findings = Findings(spec.document)
        graph = run_passes(wired(spec, registry, findings), registry, findings)
        return find_monitored(graph, findings), tuple(findings.items)
    found, stages, shared = [], [], Shared(spec.document.values)
    for stage in spec.stages:
        graph, findings = _of_stage(spec, stage, registry, shared)
        stages.append(run_passes(graph, registry, findings))
        found.append(_first_cause(findings.items, spec, stage))
    whole, of_whole = _whole(spec, stages, registry, shared)
    findings = Findings(spec.document)
    if spec.sound and not any(_is_error(item) for items in (*found, of_whole) for item in items):
        check_stages(whole, stages, findings)
        whole = with_growth(whole, stages, findings)
        check_reach(stages, findings)
        check_pools(stages, findings)
    told = told_once(found, [*of_whole, *findings.items])
    told += [item for item in findings.items if item.code == "GF720"]  # what no stage could tell
    return replace(whole, stages=tuple(stages)), tuple(told)


def _of_stage(
    spec: Spec, stage: Stage, registry: Registry, shared: Shared
) -> tuple[Graph, Findings]:
    """The graph of a stage before any pass. The resolution of a level, which `[train]` may name, is
    known when its networks are.
    """
    findings = Findings(spec.document, stage.key)
    view = view_of(spec, stage, findings)
    of_view = len(findings.items)
    graph = wired(view, registry, findings, shared)
    res = resolution(graph)
    if stage.level is None or res is None:
        return graph, findings
    known = Findings(spec.document, stage.key)
    view = view_of(spec, stage, known, res)
    if _wires_by_resolution(spec):
        return wired(view, registry, known, shared), known
    for item in findings.items[of_view:]:
        known.take(item)
    return replace(graph, spec=view), known


def _wires_by_resolution(spec: Spec) -> bool:
    """Whether more than `[train]`, and what stages have of it, may ask for `res`."""
    tables = {name: table for name, table in spec.document.values.items() if name != "train"}
    stages = [
        {key: value for key, value in stage.items() if key in OWN}
        for stage in tables.pop("stages").values()
        if isinstance(stage, dict)
    ]
    return re.search(r"\bres\b", str([tables, stages])) is not None


def _first_cause(items: list[Diagnostic], spec: Spec, stage: Stage) -> list[Diagnostic]:
    """Of a level for which networks have no layers that alone, and of a stage without a level the
    first that asks for one: whatever else is wrong follows.
    """
    outside = next((item for item in items if item.code == "GF606"), None)
    if outside is not None:
        return _at_level(outside, spec, stage)
    nowhere = [item for item in items if item.code == "GF605"]
    return nowhere[:1] or items


def _at_level(item: Diagnostic, spec: Spec, stage: Stage) -> list[Diagnostic]:
    """What a layer lacks at a level, at the `level` of the stage that asks for it."""
    before = spec.stages[: spec.stages.index(stage) + 1]
    key = next(other.key for other in reversed(before) if other.table.level is not None)
    findings = Findings(spec.document)
    asked = (Label(item.span, "this asks for it"),) if item.span else ()
    findings.add("GF606", ("stages", key, "level"), item.message, item.help, related=asked)
    return findings.items


def resolution(graph: Graph) -> int | None:
    """The height of the first image that samples show or a critic judges, and a network makes."""
    judged = [
        index
        for loss in graph.losses.values()
        if loss.has_sides
        for index in graph.judged(loss.tensors["fake"])
    ]
    for index in (*graph.samples, *judged):
        shape = graph.nodes[index].shape
        if isinstance(shape, Tensor) and shape.is_image and graph.called((index,)):
            return shape.shape[1]
    return None


def _whole(
    spec: Spec, stages: Sequence[Graph], registry: Registry, shared: Shared
) -> tuple[Graph, list[Diagnostic]]:
    """The graph with the losses of all stages, and what is wrong with the losses of none."""
    last = stages[-1].spec
    findings = Findings(spec.document)
    whole = replace(spec, scope=last.scope, train=last.train, optimizers=last.optimizers)
    graph = wired(whole, registry, findings, shared)
    graph = find_monitored(complete(graph, Findings(spec.document)), findings)
    return graph, _first_cause(findings.errors, spec, spec.stages[-1])


def told_once(
    stages: Sequence[Sequence[Diagnostic]], rest: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """The findings of several stages, and what else was found, as those of one spec."""
    everywhere = set.intersection(*({_place(item) for item in items} for items in stages))
    told: list[Diagnostic] = []
    known: set[tuple[str, Span | str]] = set()
    for items in (*stages, rest):
        fresh = [item for item in items if _place(item) not in known]
        known |= {_place(item) for item in fresh}
        told += [item for item in fresh if not _of_one_stage(item) or _place(item) in everywhere]
    return told


def _of_one_stage(item: Diagnostic) -> bool:
    """Whether a finding counts only if all stages have it."""
    return item.code in ABOUT_ABSENCE and not item.path.startswith("stages.")


def _place(item: Diagnostic) -> tuple[str, Span | str]:
    return item.code, item.span or item.message


def _is_error(item: Diagnostic) -> bool:
    return item.severity is Severity.ERROR
