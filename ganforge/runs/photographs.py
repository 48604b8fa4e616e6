"""Translating photographs at their own size, for specs whose data are tiles of such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.nodes import Apply, Composite, Source, upstream
from ganforge.graph.originals import comparison_of
from ganforge.plugins.shapes import Tensor as Shape
from ganforge.runs.shown import Change, given, showing
from ganforge.runs.tiling import Tiling
from ganforge.spec.models import ImageField

if TYPE_CHECKING:
    from torch import Tensor

    from ganforge.runs.loading import Loaded

SIDE, OVERLAP = 768, 256
"""Of tiles, in pixels of what is made."""


@dataclass(frozen=True)
class Enlargement:
    """What is made of photographs: from the image of this name, a field or what functions alone
    make of one, with values in `range`.

    shown: the range of what is made. scale: how much larger than the photograph that is. unit: what
    the photograph's sides divide by.
    compared: the images that are measured against the original, this one first, if that is what is
    given.
    """

    input: str
    image: str
    channels: int
    range: tuple[float, float]
    shown: tuple[float, float]
    scale: int
    unit: int
    compared: tuple[str, ...] = ()

    @property
    def tiling(self) -> Tiling:
        step = 4 * self.unit
        return Tiling(SIDE // self.scale // step * step, OVERLAP // self.scale // step * step)


def is_of_photographs(graph: Graph) -> bool:
    """Whether the data of a spec are tiles, so that its networks see photographs in parts."""
    return graph.spec.data is not None and graph.spec.data.table.tiles


def enlargement_of(
    graph: Graph, image: str, range: tuple[float, float], asked: str | None
) -> Enlargement:
    """How a shown image with values in `range` is made of photographs. asked: the name of what they
    are; without it the first image in `[flow]` that functions make of the field, or else the field.

    Raises `CannotStart` where nothing of that name can be given.
    """
    shown = dict(zip(graph.spec.sample.images, graph.samples, strict=True))
    index = shown.get(image, graph.names.get(image, 0))
    known = _inputs(graph, index)
    name = asked or next(iter(known))
    if name not in known:
        can = " or ".join(f"`--input {other}=PATH`" for other in known)
        raise CannotStart(f"`{name}` is nothing that `{image}` can be made from: say {can}")
    given, made = graph.nodes[known[name]].shape, graph.nodes[index].shape
    assert isinstance(given, Shape) and isinstance(made, Shape)
    scale = made.height // given.height
    if (made.height, made.width) != (scale * given.height, scale * given.width) or scale < 1:
        raise CannotStart(f"`{image}` is {made}, which is no multiple of `{name}`, {given}")
    return Enlargement(
        name,
        image,
        given.channels,
        _range(graph),
        range,
        scale,
        _unit(graph, index, given.height),
        _compared(graph, image, name),
    )


def _inputs(graph: Graph, index: int) -> dict[str, int]:
    """By name, the images that may be given: what functions alone make of the field, the first in
    `[flow]` first, and the field.
    """
    behind = upstream(graph.nodes, (index,))
    found = {}
    for name in (*graph.spec.flow, *(graph.spec.data.fields if graph.spec.data else ())):
        node = graph.names[name]
        shape = graph.nodes[node].shape
        picture = isinstance(shape, Shape) and shape.is_image and shape.channels in (1, 3)
        if picture and node in behind and _plain(graph, node):
            found[name] = node
    return found


def _plain(graph: Graph, index: int) -> bool:
    """Whether functions of one image each lead from a field to a node."""
    node = graph.nodes[index]
    while isinstance(node.operation, Apply) and len(node.inputs) == 1:
        node = graph.nodes[node.inputs[0]]
    return isinstance(node.operation, Source) and node.operation.role == "field"


def _range(graph: Graph) -> tuple[float, float]:
    assert graph.spec.data is not None
    field = next(f for f in graph.spec.data.fields.values() if isinstance(f, ImageField))
    return float(field.range[0]), float(field.range[1])


def _unit(graph: Graph, index: int, height: int) -> int:
    """By what the sides must divide, so that nothing between is cut: how much smaller the smallest
    image is that the networks and functions compute with.
    """
    nodes = [graph.nodes[i] for i in upstream(graph.nodes, (index,))]
    bodies = [graph.networks[name].body for name in graph.called((index,))]
    while bodies:
        inside = bodies.pop().nodes
        bodies += [n.operation.body for n in inside if isinstance(n.operation, Composite)]
        nodes += inside
    shapes = [node.shape for node in nodes]
    least = min(s.height for s in shapes if isinstance(s, Shape) and s.is_image)
    return max(1, height // least)


def _compared(graph: Graph, image: str, given: str) -> tuple[str, ...]:
    last = (graph.stages or (graph,))[-1]
    comparison = comparison_of(last)
    if comparison is None or last.spec.sample.original != given:
        return ()
    return (image, *(name for name in comparison.images if name != image))


def changes(graph: Graph, found: Enlargement) -> tuple[Change, ...]:
    """The changes of a program that makes the image, and what is compared, of what is given."""
    assert graph.spec.data is not None
    field = () if found.input in graph.spec.data.fields else (given(found.input, found.range),)
    return (showing(list(found.compared or (found.image,))), *field)


def enlarge(loaded: Loaded, found: Enlargement, photograph: Tensor, seed: int) -> Tensor:
    """What is made of a photograph (C, H, W) of bytes, and what is compared beside it, as floats
    (K, D, S H, S W). Raises `CannotStart` where its networks are made for one size.
    """
    from ganforge.runs.tiling import in_tiles

    def network(part: Tensor) -> Tensor:
        real = {found.input: part.to(loaded.state.noise.device)}
        made: Tensor = loaded.module.sample(loaded.state, real, 1, seed)
        return made

    try:
        return in_tiles(network, photograph[None], found.tiling).cpu()
    except (RuntimeError, ValueError) as error:
        text = "the networks are made for images of one size, or memory does not suffice"
        raise CannotStart(f"{text} ({str(error).splitlines()[0]})") from error


def figures_of(
    found: Enlargement, made: Tensor, photograph: Tensor, shave: int
) -> Mapping[str, float]:
    """PSNR and SSIM of what is made of a photograph, as bytes, against it; none of one that is
    smaller than the windows of SSIM.
    """
    from ganforge.runtime.fidelity import WINDOW, fidelity

    if min(photograph.shape[1:]) - 2 * shave < WINDOW:
        return {}
    images = {name: image[None] for name, image in zip(found.compared, made, strict=True)}
    return fidelity(photograph[None], images, shave)
