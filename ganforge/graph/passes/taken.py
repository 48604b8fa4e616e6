"""What a loss can be given: single tensors, of numbers but where it asks for classes."""

from __future__ import annotations

from collections.abc import Iterable

from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Arithmetic, Number, upstream
from ganforge.plugins.declarations import Term
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.spec.findings import Findings


def takes_its_tensors(
    graph: Graph, loss: GraphLoss, terms: Iterable[Term], findings: Findings
) -> bool:
    """Whether a loss can be given its tensors; reports GF217, GF221 and GF503 where it cannot.

    A class by which a term differentiates is left to GF405, and one that is compared with numbers
    to GF313.
    """
    left = {name for term in terms for name in term.differentiates}
    pair = [n for n in ("original", "reconstruction") if n in loss.tensors]
    kinds = {_is_class(graph.nodes[loss.tensors[name]].shape) for name in pair}
    left |= set(pair) if len(kinds) > 1 else set()
    good = [_takes(graph, loss, name, name in left, findings) for name in loss.spec.tensors]
    return all(good)


def _takes(graph: Graph, loss: GraphLoss, name: str, left: bool, findings: Findings) -> bool:
    index, written = loss.tensors[name], loss.spec.tensors[name]
    shape, kind = graph.nodes[index].shape, loss.spec.table.kind
    path: Path = ("losses", loss.name, *name.split(".", 1))
    table = name.partition(".")[0] in loss.spec.declaration.tables
    classes = left or table or name in loss.spec.declaration.classes
    if isinstance(shape, TensorList) and name in loss.spec.declaration.lists:
        return not any(map(_is_class, shape.items))
    if isinstance(shape, TensorList):
        message = f"`{path[-1]}` is a list of {len(shape.items)}, and `{kind}` takes one tensor"
        help = f"take one: `{written}[0]`; or write a loss for each"
        findings.add("GF217", path, message, help)
    elif _is_number(graph, index):
        message = f"`{path[-1]}` is a number, and `{kind}` takes a tensor"
        findings.add("GF221", path, message, "name what a network makes, such as `D(x)`")
    elif _is_class(shape) and not classes:
        message = f"`{path[-1]}` of `{kind}` is a {shape}, and no numbers to compute with"
        findings.add("GF503", path, message, f"`one_hot({written})` makes numbers of it")
    else:
        return True
    return False


def _is_class(shape: object) -> bool:
    return isinstance(shape, Tensor) and shape.classes is not None


def _is_number(graph: Graph, index: int) -> bool:
    made = (graph.nodes[i].operation for i in upstream(graph.nodes, (index,)))
    return all(isinstance(operation, Number | Arithmetic) for operation in made)
