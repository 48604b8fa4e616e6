"""Which of the images that samples show are measured against the original beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganforge.graph.graph import Graph
from ganforge.plugins.shapes import Tensor


@dataclass(frozen=True)
class Comparison:
    """original: its place among the images of a sample. images: by wiring, the places of those of
    its shape. shown: how many images there are. shave: the pixels at each edge that do not count.
    """

    original: int
    images: Mapping[str, int]
    shown: int
    shave: int


def comparison_of(graph: Graph) -> Comparison | None:
    """What samples of a graph are measured by; None where they show no original."""
    sample = graph.spec.sample
    names = [text.strip() for text in sample.images]
    wanted = (sample.original or "").strip()
    if wanted not in names or len(graph.samples) != len(names):
        return None
    shapes = [graph.nodes[index].shape for index in graph.samples]
    place = names.index(wanted)
    images = {
        name: k
        for k, name in enumerate(names)
        if k != place and isinstance(shapes[k], Tensor) and _alike(shapes[k], shapes[place])
    }
    return Comparison(place, images, len(names), sample.shave)


def _alike(one: object, other: object) -> bool:
    return isinstance(one, Tensor) and isinstance(other, Tensor) and one.shape == other.shape
