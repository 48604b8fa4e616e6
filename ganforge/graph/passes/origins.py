"""What tensors are made of: the sources upstream of them, and the fields those stand for."""

from __future__ import annotations

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Source, upstream
from ganforge.spec.fields import AttributesField
from ganforge.spec.models import ClassField, ImageField


def sources(graph: Graph, *indices: int) -> set[str]:
    """The names of the fields, latents and conditions that tensors are made of."""
    operations = (graph.nodes[i].operation for i in upstream(graph.nodes, indices))
    return {op.name for op in operations if isinstance(op, Source)}


def fields_of(graph: Graph, names: set[str]) -> set[str]:
    """The fields of the data among sources, and those that conditions among them stand for."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    conditions = graph.spec.conditions
    return {conditions[n].field if n in conditions else n for n in names} & fields.keys()


def class_fields(graph: Graph, names: set[str]) -> set[str]:
    """The fields of classes and attributes among sources."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    return {n for n in names if isinstance(fields.get(n), ClassField | AttributesField)}


def has_images(graph: Graph, names: set[str]) -> bool:
    """Whether some of the sources are images of the data."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    return any(isinstance(fields.get(name), ImageField) for name in names)
