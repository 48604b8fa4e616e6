"""A tensor that lies between the latents and the images of a run, and what is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ganforge.codegen.sample_sources import from_data, sample_sources
from ganforge.codegen.samples import sample_range
from ganforge.diagnostics.diagnostic import Severity
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.build import graph_with
from ganforge.graph.graph import Network
from ganforge.graph.nodes import (
    Body,
    Composite,
    Item,
    Layer,
    Node,
    NodeShape,
    Operation,
    Pack,
    Source,
    upstream,
)
from ganforge.metrics.measured import generated, of_stages, stage_of
from ganforge.pipeline import Compilation
from ganforge.plan import Plan, build_plan
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.spec.priors import AnyLatent, Bernoulli, Normal, TruncatedNormal


@dataclass(frozen=True)
class Space:
    """Values of one tensor, such as a latent `z` or the styles `M(z)`, as training draws them:
    nothing truncates them. A list that has one tensor several times, a style for each layer, is
    that tensor.

    asked: as the user wrote it. drawn: a plan whose samples are values. last: of a list, a plan
    whose samples are its last tensor, which should be the same. made: a plan whose samples
    are images in low..high, made from values that are given under `name`; all else that the images
    need is drawn. stages: those of which this holds, where there are several.
    spherical: whether values are as far from 0 in every direction. countable: whether they are 0 or
    1, with nothing between them.
    """

    asked: str
    name: str
    drawn: Plan
    last: Plan | None
    made: Plan
    low: float
    high: float
    stages: frozenset[str]
    spherical: bool
    countable: bool


@dataclass(frozen=True)
class _Part:
    """The same of one stage: the nodes of a plan, of which `value` is drawn, or the tensors `first`
    and `last` of a list, and `image` is made from what is given under `name`.
    """

    plan: Plan
    name: str
    value: int
    image: int
    first: int
    last: int

    def showing(self, root: int) -> Plan:
        """The plan whose samples are one of them."""
        return replace(self.plan, graph=replace(self.plan.graph, samples=(root,)))


def space_of(compilation: Compilation, wiring: str, option: str) -> Space:
    """The tensor that `wiring` means in a sound spec; where there are stages, in the last.

    option: the one that names it. Raises `CannotStart` where there is no such tensor, where it is
    not made of latents alone, or where the images are not made from it.
    """
    asked, whole = f"`{option} {wiring}`", compilation.plan
    assert whole is not None
    parts = of_stages(whole, lambda stage: _part(stage, wiring, compilation.registry, asked))
    last = list(parts.values())[-1]
    low, high = sample_range(last.showing(last.image))
    latent = _latent(last)
    return Space(
        asked=wiring,
        name=last.name,
        drawn=_whole(whole, {name: part.showing(part.first) for name, part in parts.items()}),
        last=_whole(whole, {name: part.showing(part.last) for name, part in parts.items()})
        if last.first != last.last
        else None,
        made=_whole(whole, {name: part.showing(part.image) for name, part in parts.items()}),
        low=low,
        high=high,
        stages=frozenset(parts),
        spherical=isinstance(latent, Normal | TruncatedNormal),
        countable=isinstance(latent, Bernoulli),
    )


def _latent(part: _Part) -> AnyLatent | None:
    """What values are drawn from, where they are a latent."""
    operation = part.plan.graph.nodes[part.value].operation
    latents = part.plan.graph.spec.latents
    return latents.get(operation.name) if isinstance(operation, Source) else None


def _whole(plan: Plan, shown: Mapping[str, Plan]) -> Plan:
    """The plan of a run with other plans for these of its stages."""
    if not plan.stages:
        return shown[""]
    stages = tuple(shown.get(stage_of(stage), stage) for stage in plan.stages)
    return replace(plan, graph=_spread(plan.graph), stages=stages)


def _part(plan: Plan, wiring: str, registry: Registry, asked: str) -> _Part:
    graph, value, found = graph_with(replace(plan.graph.spec, stages=()), registry, wiring)
    for finding in found:
        if finding.severity is Severity.ERROR:
            help = f": {finding.help}" if finding.help else ""
            raise CannotStart(f"{asked}: {finding.message}{help}")
    plan = build_plan(replace(graph, monitored=plan.graph.monitored))
    _check_value(plan, value, asked)
    image = generated(plan)
    _check_image(plan, image, value, asked)
    return _given(plan, value, image)


def _check_value(plan: Plan, value: int, asked: str) -> None:
    """Raises `CannotStart` for what is no tensor of numbers that is made from latents, nor a list
    of such tensors of one shape.
    """
    shape = found = plan.graph.nodes[value].shape
    if isinstance(found, TensorList) and len({str(item) for item in found.items}) == 1:
        shape = found.items[0]
    if not isinstance(shape, Tensor):
        raise CannotStart(f"{asked} is {found}: name one tensor")
    if shape.classes:
        text = f"{asked} is {shape.described}, and classes have nothing between them"
        raise CannotStart(f"{text}: name a latent of numbers, or what networks make of it")
    if real := _of_data(plan, value):
        text = f"{asked} is made from `{real[0]}` of the data"
        raise CannotStart(f"{text}: name a latent, or what networks make of latents")
    if not _sources(plan.graph, value):
        raise CannotStart(f"{asked} is made from no latent: name one, or what is made of it")


def _check_image(plan: Plan, image: int, value: int, asked: str) -> None:
    """Raises `CannotStart` where the image is not made from the value, or from the data as well."""
    graph = plan.graph
    if value == image or value not in upstream(graph.nodes, (image,)):
        found = "is the images themselves" if value == image else "is no part of the images' making"
        latents = [n for n, source in _sources(graph, image).items() if source.role == "latent"]
        known = f", such as `{latents[0]}`" if latents else ""
        raise CannotStart(f"{asked} {found}: name what the images are made from{known}")
    if real := _of_data(plan, image):
        text = f"the images are also made from `{real[0]}` of the data"
        raise CannotStart(f"{asked}: {text}: only images made from latents are measured")
    around = _sources(graph, image, without=value).keys() & _sources(graph, value).keys()
    if around:
        text = f"`{min(around)}` reaches the images in other ways too"
        raise CannotStart(f"{asked}: {text}: name a tensor that all of it passes through")


def _of_data(plan: Plan, root: int) -> list[str]:
    """The fields and conditions that a tensor is made from, and that only the data have."""
    shown = replace(plan, graph=replace(plan.graph, samples=(root,)))
    return [name for name in sample_sources(shown) if from_data(shown, name)]


def _sources(graph: Graph, root: int, without: int | None = None) -> dict[str, Source]:
    """What a tensor is made from; or would be, if one that it is made from were given."""
    nodes = list(graph.nodes)
    if without is not None:
        nodes[without] = nodes[without]._replace(inputs=())
    found = [nodes[i].operation for i in sorted(upstream(nodes, (root,))) if i != without]
    return {operation.name: operation for operation in found if isinstance(operation, Source)}


def _given(plan: Plan, value: int, image: int) -> _Part:
    """The plan with the image once more, made from a tensor that is given in place of the value."""
    graph, name = _spread(plan.graph), "value"
    while name in graph.names or name in graph.networks:
        name += "_"
    nodes: list[Node] = list(graph.nodes)

    def add(operation: Operation, inputs: tuple[int, ...], shape: NodeShape) -> int:
        nodes.append(Node(operation, inputs, shape, nodes[value].path))
        return len(nodes) - 1

    shape, ends = nodes[value].shape, (value, value)
    if isinstance(shape, TensorList):
        count, one = len(shape.items), shape.items[0]
        ends = (add(Item(0), (value,), one), add(Item(count - 1), (value,), one))
        given = add(Source(name, "given"), (), one)
        copies = {value: add(Pack(), (given,) * count, shape)}
    else:
        given = add(Source(name, "given"), (), shape)
        copies = {value: given}
    for index in sorted(upstream(graph.nodes, (image,))):
        node = graph.nodes[index]
        if index not in copies and any(i in copies for i in node.inputs):
            inputs = tuple(copies.get(i, i) for i in node.inputs)
            nodes.append(node._replace(inputs=inputs, name=None))
            copies[index] = len(nodes) - 1
    unswept: dict[str, list[str] | None] = {"images": [], "rows": None, "columns": None}
    spec = replace(graph.spec, sample=graph.spec.sample.model_copy(update=unswept))
    names = {**graph.names, name: given}
    graph = replace(graph, spec=spec, nodes=tuple(nodes), names=names)
    return _Part(replace(plan, graph=graph), name, value, copies[image], *ends)


def _spread(graph: Graph) -> Graph:
    """The graph with samples as varied as in training: latents are drawn alike, and no layer
    truncates.
    """
    done: dict[int, Body] = {}
    networks: dict[str, Network] = {
        name: replace(network, body=_untruncated(network.body, done))
        for name, network in graph.networks.items()
    }
    return replace(graph, networks=networks, spec=replace(graph.spec, sampled_latents={}))


def _untruncated(body: Body, done: dict[int, Body]) -> Body:
    """A body whose layers do not truncate; where several nodes share one, so they do afterwards."""
    if id(body) in done:
        return done[id(body)]
    nodes = []
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, Composite):
            operation = replace(operation, body=_untruncated(operation.body, done))
        elif isinstance(operation, Layer) and operation.block.untruncated:
            params = operation.params.model_copy(update=dict(operation.block.untruncated))
            operation = replace(operation, params=params)
        nodes.append(node._replace(operation=operation))
    done[id(body)] = replace(body, nodes=tuple(nodes))
    return done[id(body)]
