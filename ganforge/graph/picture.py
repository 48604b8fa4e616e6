"""The graph as a picture: networkx, and from there Mermaid, DOT and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Item,
    Layer,
    NetworkCall,
    Node,
    Number,
    Output,
    Pack,
    Replay,
    Source,
)

if TYPE_CHECKING:
    import networkx as nx


def to_digraph(graph: Graph) -> nx.DiGraph[str]:
    """Fields, latents, conditions, calls, functions and losses as nodes with `kind` and `label`.

    Edges carry the `shape` that flows; those into a loss also the `tensor` they are to it. The
    nodes of losses have `moves`: the networks that are trained by them.
    """
    import networkx as nx

    result: nx.DiGraph[str] = nx.DiGraph()
    for index, node in enumerate(graph.nodes):
        result.add_node(f"n{index}", kind=_kind(node), label=_label(node))
        for given in node.inputs:
            result.add_edge(f"n{given}", f"n{index}", shape=str(graph.nodes[given].shape))
    for number, (name, loss) in enumerate(graph.losses.items()):
        terms = [term for term in graph.terms if term.loss == name]
        moved = {network for term in terms for network in term.moves}
        result.add_node(f"loss{number}", kind="loss", label=name, moves=sorted(moved))
        taken = dict.fromkeys(pair for term in terms for pair in term.given.items())
        named = {tensor for tensor, _ in taken}
        unnamed = (pair for pair in loss.tensors.items() if pair[0] not in named)
        for tensor, given in (*unnamed, *taken):
            shape = str(graph.nodes[given].shape)
            result.add_edge(f"n{given}", f"loss{number}", shape=shape, tensor=tensor)
    return result


def _kind(node: Node) -> str:
    if isinstance(node.operation, Source):
        return node.operation.role
    return "call" if isinstance(node.operation, NetworkCall) else "function"


def _label(node: Node) -> str:
    what = _operation(node)
    return f"{node.name} = {what}" if node.name and node.name != what else what


def _operation(node: Node) -> str:
    match node.operation:
        case Source(name):
            return name
        case NetworkCall(network):
            return network
        case Apply(block) | Layer(block):
            return block.name
        case Arithmetic(operator):
            return operator
        case Item(index):
            return f"[{index}]"
        case Output(name):
            return f".{name}"
        case Number(value):
            return str(value)
        case Pack():
            return "list"
        case Replay():
            return "replay"
    return "?"


def to_json(graph: nx.DiGraph[str]) -> str:
    """`nodes` and `edges` as lists of objects."""
    nodes = [{"id": name, **values} for name, values in graph.nodes(data=True)]
    edges = [{"from": a, "to": b, **values} for a, b, values in graph.edges(data=True)]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=2, ensure_ascii=False)


def to_mermaid(graph: nx.DiGraph[str]) -> str:
    """A Mermaid flow chart, from left to right."""
    forms = {
        "field": ('[("', '")]'),
        "latent": ('(["', '"])'),
        "condition": ('(["', '"])'),
        "random": ('(["', '"])'),
        "call": ('[["', '"]]'),
        "function": ('["', '"]'),
        "loss": ('{{"', '"}}'),
    }
    lines = ["flowchart LR"]
    for name, values in graph.nodes(data=True):
        before, after = forms[values["kind"]]
        lines.append(f"  {name}{before}{_for_mermaid(_text(values))}{after}")
    for a, b, values in graph.edges(data=True):
        lines.append(f'  {a} -->|"{_for_mermaid(_flow(values))}"| {b}')
    return "\n".join(lines)


def to_dot(graph: nx.DiGraph[str]) -> str:
    """A graph in the language of Graphviz."""
    forms = {
        "field": "cylinder",
        "latent": "ellipse",
        "condition": "ellipse",
        "random": "ellipse",
        "call": "box3d",
        "function": "box",
        "loss": "hexagon",
    }
    lines = ["digraph {", "  rankdir=LR"]
    for name, values in graph.nodes(data=True):
        lines.append(f"  {name} [label={_for_dot(_text(values))}, shape={forms[values['kind']]}]")
    for a, b, values in graph.edges(data=True):
        lines.append(f"  {a} -> {b} [label={_for_dot(_flow(values))}]")
    return "\n".join([*lines, "}"])


def _text(values: dict[str, object]) -> str:
    moves = values.get("moves")
    moved = f" moves {', '.join(moves)}" if isinstance(moves, list) else ""
    return f"{values['label']}{moved}"


def _flow(values: dict[str, str]) -> str:
    return f"{values['tensor']}: {values['shape']}" if "tensor" in values else values["shape"]


def _for_mermaid(text: str) -> str:
    """Inside of quotes; Mermaid takes entities by number."""
    return "".join(c if c.isalnum() or c in " _-.,:=+*/[]" else f"#{ord(c)};" for c in text)


def _for_dot(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
