"""What the author wrote and what changes nothing. What he inherits and does not use is normal: a
spec that replaces a network leaves the old one's blocks and params behind.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch

from ganforge.document import Path
from ganforge.document.tree import strings
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Body, Composite, upstream
from ganforge.spec.findings import Findings


def check_unused(graph: Graph, findings: Findings) -> None:
    """GF112, GF213, GF214, GF216, GF220: params, tensors, networks, layers, blocks without use."""
    _params(graph, findings)
    _blocks(graph, findings)
    _networks(graph, findings)
    _tensors(graph, findings)
    seen: set[int] = set()
    for network in graph.networks.values():
        _layers(network.body, findings, seen)


def _params(graph: Graph, findings: Findings) -> None:
    for name in graph.spec.params:
        if name not in graph.spec.document.words:
            help = "remove it, or look for a misspelled formula"
            _unused("GF112", ("params", name), f"the param `{name}` is never used", help, findings)


def _unused(code: str, path: Path, message: str, help: str, findings: Findings) -> None:
    if not findings.document.inherited(path, key=True):
        findings.add(code, path, message, help, key=True)


def _networks(graph: Graph, findings: Findings) -> None:
    """Networks that nothing calls, nor one that is like them; their layers are not checked, since
    their inputs are unknown.
    """
    used = {*graph.networks, *(network.like for network in graph.networks.values())}
    for name in graph.spec.networks:
        if name not in used:
            message = f"the network `{name}` is never called"
            help = f"no call `{name}(...)` stands in `[flow]`, `[losses]` or `[sample]`"
            _unused("GF214", ("networks", name), message, help, findings)


def _blocks(graph: Graph, findings: Findings) -> None:
    """Composite blocks that no network is made of, not even with other params."""
    tables = graph.spec.document.values
    unused, stack = dict(tables.get("blocks", {})), [tables.get("networks", {})]
    while stack and unused:
        patterns = [re.sub(r"{[^}]*}", "*", text) for text in strings(stack.pop())]
        stack += [unused.pop(n) for n in list(unused) if any(fnmatch(n, p) for p in patterns)]
    for name in unused:
        message = f"the block `{name}` is never used, so its layers are not checked"
        help = "remove it, or name it in a layer of a network"
        _unused("GF220", ("blocks", name), message, help, findings)


def _tensors(graph: Graph, findings: Findings) -> None:
    roots = [*graph.samples, *(i for loss in graph.losses.values() for i in loss.tensors.values())]
    used = upstream(graph.nodes, roots)
    for name in graph.spec.flow:
        if graph.names.get(name) not in used:
            message = f"the tensor `{name}` reaches no loss and no sample"
            help = "remove it, or show it in `[sample] images`"
            _unused("GF213", ("flow", name), message, help, findings)


def _layers(body: Body, findings: Findings, seen: set[int]) -> None:
    if id(body) in seen:
        return
    seen.add(id(body))
    reached = body.reached
    alive = {body.nodes[i].path for i in reached}
    for index, node in enumerate(body.nodes):
        if isinstance(node.operation, Composite):
            _layers(node.operation.body, findings, seen)
        if index not in reached and node.path not in alive and _is_layer(node.path):
            message = "the result of this layer reaches no output"
            findings.add("GF216", node.path, message, "give it an id and use it, or remove it")


def _is_layer(path: Path) -> bool:
    return len(path) > 3 and path[2] == "layers" and isinstance(path[-1], int)
