"""From a Spec to a Graph: flow, losses and samples as nodes, networks expanded for what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.evaluate import Scope
from ganforge.graph.expansion import Context, TooManyLayersError, expand_network
from ganforge.graph.flow import flow_order, names_in
from ganforge.graph.graph import Graph, GraphLoss, Network
from ganforge.graph.nodes import Body, Bundle, Layer, NetworkCall, Nodes, NodeShape, Source
from ganforge.graph.passes import run_passes
from ganforge.graph.wiring import Wiring
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Shape, Tensor
from ganforge.spec.models import AnyLatent, Categorical, ClassField, ImageField, NetworkTable, Spec
from ganforge.spec.validate import Findings


def build_graph(spec: Spec, registry: Registry) -> tuple[Graph, tuple[Diagnostic, ...]]:
    """The graph of a spec, and everything that is wrong with its wiring, shapes and losses."""
    findings = Findings(spec.document)
    builder = _Builder(spec, registry, findings)
    builder.sources()
    builder.flow()
    losses = builder.losses()
    samples = builder.samples()
    builder.uncalled()
    graph = Graph(
        spec, tuple(builder.nodes.items), builder.names, builder.networks, losses, samples
    )
    return run_passes(graph, findings), tuple(findings.items)


def field_shape(value: ImageField | ClassField) -> Tensor:
    """The shape of a data field."""
    if isinstance(value, ClassField):
        return Tensor((), classes=value.classes)
    return Tensor((value.channels, *value.size), range=value.range)


def latent_shape(value: AnyLatent) -> Tensor:
    """The shape of a latent."""
    if isinstance(value, Categorical):
        return Tensor((), classes=value.classes)
    return Tensor(value.shape or (value.size or 1,))


@dataclass
class _Builder:
    spec: Spec
    registry: Registry
    findings: Findings
    nodes: Nodes = field(default_factory=Nodes)
    names: dict[str, int] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    poisoned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context = Context(self.spec, self.registry, self.findings)
        self.wiring = Wiring(
            self.nodes,
            self.registry.blocks,
            Scope(self.spec.params),
            self.names.get,
            self.call,
            self.known,
            self.findings,
        )

    def known(self) -> list[str]:
        return [*self.names, *self.spec.networks]

    def sources(self) -> None:
        """Data fields and latents, each name one tensor."""
        fields = self.spec.data.fields if self.spec.data else {}
        for name, value in fields.items():
            self._source(name, "field", field_shape(value), ("data", "fields", name))
        for name, latent in self.spec.latents.items():
            self._source(name, "latent", latent_shape(latent), ("latents", name))
        for name in self.spec.networks:
            if name in self.names:
                self._taken(name, ("networks", name))

    def _source(self, name: str, role: str, shape: Tensor, path: Path) -> None:
        if name in self.names:
            self._taken(name, path)
            return
        self.names[name] = self.nodes.add(Source(name, role), (), shape, path, name=name)

    def _taken(self, name: str, path: Path) -> None:
        message = f"`{name}` names two things"
        self.findings.add("GF202", path, message, "rename one: a name is one tensor", key=True)

    def flow(self) -> None:
        """The named tensors, each after those it names; the order of lines has no meaning."""
        order, cyclic = flow_order(self.spec.flow, self.findings)
        for name in cyclic:
            self.names[name] = self.nodes.unknown(("flow", name))
        for name in order:
            path = ("flow", name)
            if name in self.names or name in self.spec.networks:
                self._taken(name, path)
                continue
            index = self.wiring.lower(self.spec.flow[name], path)
            self.names[name] = index
            self.nodes.rename(index, name)

    def losses(self) -> dict[str, GraphLoss]:
        losses = {}
        for name, loss in self.spec.losses.items():
            tensors = {
                t: self._tensor(text, ("losses", name, t)) for t, text in loss.tensors.items()
            }
            losses[name] = GraphLoss(name, loss, tensors)
        return losses

    def samples(self) -> tuple[int, ...]:
        images = self.spec.sample.images
        return tuple(self._tensor(t, ("sample", "images", k)) for k, t in enumerate(images))

    def _tensor(self, text: str, path: Path) -> int:
        """Wiring that must be one tensor, not a bundle of outputs."""
        index = self.wiring.lower(text, path)
        shape = self.nodes.shape(index)
        if isinstance(shape, Bundle):
            choices = ", ".join(f"`{text}.{name}`" for name in shape.items)
            self.findings.add(
                "GF205", path, f"`{text}` has several outputs", f"choose one: {choices}"
            )
            return self.nodes.unknown(path)
        return index

    def call(self, name: str, inputs: tuple[int, ...]) -> int | None:
        """The call of a network; None where no network has that name."""
        table = self._table(name)
        if table is None:
            return None
        path = self.wiring.path
        if len(inputs) != len(table.inputs):
            takes = ", ".join(table.inputs)
            message = f"`{name}` takes ({takes}), and {len(inputs)} tensors are given"
            self.findings.add("GF204", path, message, f"write `{name}({takes})`")
            return self.nodes.unknown(path)
        shapes = tuple(self.nodes.shape(i) for i in inputs)
        return self.nodes.add(NetworkCall(name), inputs, self._result(name, table, shapes), path)

    def _table(self, name: str) -> NetworkTable | None:
        """The table that describes a network's layers, `like` followed."""
        seen: list[str] = []
        while name in self.spec.networks and self.spec.networks[name].like is not None:
            seen.append(name)
            target = str(self.spec.networks[name].like)
            path = ("networks", name, "like")
            if target in seen:
                text = " → ".join([*seen, target])
                self.findings.add("GF108", path, f"networks are `like` each other: {text}", text)
                return None
            if target not in self.spec.networks:
                help = did_you_mean(target, list(self.spec.networks))
                self.findings.add("GF201", path, f"no network is called `{target}`", help)
                return None
            name = target
        return self.spec.networks.get(name)

    def _class_of(self, name: str) -> str:
        while self.spec.networks[name].like is not None:
            name = str(self.spec.networks[name].like)
        return name

    def _result(self, name: str, table: NetworkTable, shapes: tuple[NodeShape, ...]) -> NodeShape:
        if name in self.poisoned or any(s is None or isinstance(s, Bundle) for s in shapes):
            return None
        known = self.networks.get(name)
        given = tuple(s for s in shapes if not isinstance(s, Bundle))
        if known is not None and known.shapes == given:
            return known.body.result
        body = self._expand(name, table, given)
        if body is None:
            return None
        if known is None:
            like = self._class_of(name)
            self.networks[name] = Network(name, like, self.spec.networks[name], given, body)
        elif _modules(known.body) != _modules(body):
            self._two_shapes(name, known, given)
            return None
        return body.result

    def _expand(self, name: str, table: NetworkTable, shapes: tuple[Shape, ...]) -> Body | None:
        owner = self._class_of(name)
        for other in self.networks.values():
            if other.like == owner and other.shapes == shapes:
                return other.body
        before = len(self.findings.items)
        try:
            body = expand_network(self.context, owner, ("networks", owner), table, shapes)
        except TooManyLayersError:
            self.poisoned.add(name)
            return None
        if any(d.severity == "error" for d in self.findings.items[before:]):
            self.poisoned.add(name)
        return body

    def _two_shapes(self, name: str, known: Network, given: tuple[Shape, ...]) -> None:
        first, second = ", ".join(map(str, known.shapes)), ", ".join(map(str, given))
        message = f"`{name}` is called with {second}, and its layers were sized for {first}"
        help = "a network with `linear` layers takes one size; resize, or use a second network"
        self.findings.add("GF309", self.wiring.path, message, help)

    def uncalled(self) -> None:
        """Networks that nothing calls; their layers are not checked, since their inputs are unknown."""
        text = [*self.spec.flow.values(), *self.spec.sample.images]
        text += [t for loss in self.spec.losses.values() for t in loss.tensors.values()]
        named = set().union(*(names_in(t) for t in text)) if text else set()
        for name in self.spec.networks:
            if name not in named and name not in self.networks:
                message = f"the network `{name}` is never called"
                help = f"no call `{name}(...)` stands in `[flow]`, `[losses]` or `[sample]`"
                self.findings.add("GF214", ("networks", name), message, help, key=True)


def _modules(body: Body) -> list[tuple[str, str]]:
    """What decides the parameters of a network: the calls that make its modules."""
    calls = []
    for node in body.nodes:
        if isinstance(node.operation, Layer) and node.operation.block.module is not None:
            shapes = [body.nodes[i].shape for i in node.inputs]
            calls.append(
                (
                    node.operation.block.name,
                    repr(node.operation.block.module(node.operation.params, *shapes)),
                )
            )
    return calls
