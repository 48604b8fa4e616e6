"""The part of plugins: calls that their blocks must be able to make, and rules of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import RULE_RAISES
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, Composite, Layer, Node
from ganforge.graph.view import view_of
from ganforge.plugins.absence import Owner
from ganforge.plugins.calls import Call
from ganforge.plugins.declarations import Check
from ganforge.plugins.mistakes import as_shape_error, remedy, told
from ganforge.plugins.registry import Registry
from ganforge.plugins.selection import OWN
from ganforge.plugins.view import Finding, GraphView
from ganforge.spec.findings import Findings, dotted


def check_plugin_blocks(graph: Graph, registry: Registry, findings: Findings) -> None:
    """GF810: the calls that blocks of plugins make must be calls, for what the spec gives them."""
    own = {id(b) for name, b in registry.blocks.full.items() if _is_own(registry, name)}
    bodies = [(graph.nodes, range(len(graph.nodes)))]
    bodies += [(n.body.nodes, sorted(n.body.reached)) for n in graph.networks.values()]  # type: ignore[misc]
    for nodes, indices in bodies:
        for index in indices:
            _check_node(nodes, nodes[index], own, findings)


def _is_own(registry: Registry, block: str) -> bool:
    owner = registry.owners.get(("block", block))
    return owner is not None and owner.distribution == OWN


def _check_node(nodes: tuple[Node, ...], node: Node, own: set[int], findings: Findings) -> None:
    operation = node.operation
    if isinstance(operation, Composite):
        for index in operation.body.reached:
            _check_node(operation.body.nodes, operation.body.nodes[index], own, findings)
    if not isinstance(operation, Layer | Apply) or id(operation.block) in own:
        return
    shapes = [nodes[i].shape for i in node.inputs]
    for part in ("module", "function"):
        make = getattr(operation.block, part)
        if make is None:
            continue
        named = f"the {part} of the block `{operation.block.name}` cannot be made"
        try:
            made: Any = make(operation.params, *shapes)
            if not isinstance(made, Call):
                way = 'write `call("package.module:Name", ...)`'
                raise TypeError(f"{made!r} is no Call: {way}")
        except Exception as error:
            raised = as_shape_error(error, named, make)
            findings.add(raised.code, node.path, raised.message, raised.help)


def check_plugin_rules(graph: Graph, registry: Registry, findings: Findings) -> None:
    """What the rules of plugins find; GF811 for a rule that fails."""
    if not registry.rules:
        return
    views: dict[Owner, GraphView] = {}
    for code, check in registry.rules.items():
        owner = registry.owners["rule", code]
        if owner not in views:
            views[owner] = view_of(graph, registry, owner)
        try:
            found = list(_found(check, views[owner], findings))
        except (Exception, SystemExit) as error:
            message = f"the rule {code} of {owner} fails on this spec: {told(error, check.find)}"
            help = f"{remedy(check.find)}; all other rules were checked"
            found = [RULE_RAISES.at(None, message, help=help)]
        for finding in found:
            findings.take(finding)


def _found(check: Check, view: GraphView, findings: Findings) -> Iterator[Diagnostic]:
    for item in check.find(view):
        if not isinstance(item, Finding):
            raise TypeError(f"{item!r} is no Finding")
        path, message = tuple(item.path), str(item.message)
        help = None if item.help is None else str(item.help)
        span = findings.document.span(path)
        yield check.rule.at(span, message, help=help, path=dotted(path))
