"""The part of plugins: calls that their blocks must be able to make, and rules of their own."""

from __future__ import annotations

from collections.abc import Iterator

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import RULE_RAISES
from ganforge.graph.graph import Graph
from ganforge.graph.view import view_of
from ganforge.plugins.absence import summary
from ganforge.plugins.declarations import Check
from ganforge.plugins.registry import Registry
from ganforge.plugins.view import Finding, GraphView
from ganforge.spec.findings import Findings, dotted


def check_plugin_rules(graph: Graph, registry: Registry, findings: Findings) -> None:
    """What the rules of plugins find; GF811 for a rule that fails."""
    if not registry.rules:
        return
    view = view_of(graph)
    for code, check in registry.rules.items():
        try:
            found = list(_found(check, view, findings))
        except (Exception, SystemExit) as error:
            owner = registry.owners["rule", code]
            message = f"the rule {code} of {owner} fails on this spec: {summary(error)}"
            help = "report it to its author; all other rules were checked"
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
