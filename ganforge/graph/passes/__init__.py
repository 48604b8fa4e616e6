"""The passes over a graph, in order. The first four complete the graph, the others only look.

A spec with stages has a graph for each, and then those passes that look at all of them
(`ganforge/graph/staging.py`).
"""

from __future__ import annotations

from ganforge.graph.graph import Graph
from ganforge.graph.passes.artefacts import check_artefacts
from ganforge.graph.passes.augmentation import check_augmentation
from ganforge.graph.passes.balance import check_balance
from ganforge.graph.passes.conditioning import check_conditioning
from ganforge.graph.passes.critics import check_critics
from ganforge.graph.passes.drawn import add_draws
from ganforge.graph.passes.extents import check_extents
from ganforge.graph.passes.feedback import check_feedback
from ganforge.graph.passes.gradients import find_terms
from ganforge.graph.passes.idle import check_idle
from ganforge.graph.passes.inputs import check_inputs
from ganforge.graph.passes.lazy import check_lazy, draw_afresh
from ganforge.graph.passes.logits import check_logits
from ganforge.graph.passes.losses import check_losses
from ganforge.graph.passes.maps import check_maps
from ganforge.graph.passes.originals import check_original
from ganforge.graph.passes.outputs import check_outputs
from ganforge.graph.passes.pairs import check_pairs_of_images
from ganforge.graph.passes.penalised import check_penalised
from ganforge.graph.passes.players import check_clipping, check_moved, find_players
from ganforge.graph.passes.plugins import check_plugin_blocks, check_plugin_rules
from ganforge.graph.passes.practice import check_practice
from ganforge.graph.passes.replays import add_replays
from ganforge.graph.passes.restrained import check_restrained
from ganforge.graph.passes.schedules import check_schedules
from ganforge.graph.passes.scores import check_scores
from ganforge.graph.passes.sides import check_sides
from ganforge.graph.passes.signs import check_signs
from ganforge.graph.passes.sweeps import check_sweeps
from ganforge.graph.passes.unlikely import check_unlikely
from ganforge.graph.passes.unused import check_unused
from ganforge.graph.passes.weights import find_parts
from ganforge.plugins.registry import Registry
from ganforge.spec.findings import Findings


def complete(graph: Graph, findings: Findings) -> Graph:
    """The graph with the terms of its losses and its players; what hinders them is added."""
    graph = find_terms(find_parts(graph, findings), findings)
    graph = add_draws(draw_afresh(add_replays(graph, findings)))
    return find_players(graph, findings)


def run_passes(graph: Graph, registry: Registry, findings: Findings) -> Graph:
    """The graph with the terms of its losses and its players; findings are added."""
    graph = complete(graph, findings)
    check_lazy(graph, findings)
    check_clipping(graph, findings)
    check_losses(graph, findings)
    check_schedules(graph, findings)
    check_feedback(graph, findings)
    if graph.spec.sound and not findings.errors:
        check_plugin_blocks(graph, registry, findings)
    if graph.spec.sound and not findings.errors:
        check_extents(graph, findings)
    if graph.spec.sound and not findings.errors:
        check_conditioning(graph, findings)
        check_sweeps(graph, findings)
        check_original(graph, findings)
        check_maps(graph, findings)
        check_penalised(graph, findings)
        check_practice(graph, findings)
        check_logits(graph, findings)
        check_scores(graph, findings)
        check_outputs(graph, findings)
        check_inputs(graph, findings)
        check_pairs_of_images(graph, findings)
        check_signs(graph, findings)
        check_sides(graph, findings)
        check_restrained(graph, findings)
        check_critics(graph, findings)
        check_artefacts(graph, findings)
        check_augmentation(graph, findings)
        check_balance(graph, findings)
        check_idle(graph, findings)
        check_unlikely(graph, findings)
        check_unused(graph, findings)
    if graph.spec.sound and not findings.errors and graph.spec.stage is None:
        check_moved(graph, findings)
    if graph.spec.sound and not findings.errors:
        check_plugin_rules(graph, registry, findings)
    return graph
