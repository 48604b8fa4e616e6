"""From a Spec to a Graph: flow, losses and samples as nodes, networks expanded for what they are
given.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import permutations
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Label
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.graph.calls import list_expected, name_call
from ganforge.graph.expansion import expand_network
from ganforge.graph.flow import flow_order
from ganforge.graph.frame import Context, TooManyLayersError
from ganforge.graph.graph import Graph, GraphLoss, Network
from ganforge.graph.nodes import Body, Bundle, NetworkCall, Nodes, NodeShape, Source, upstream
from ganforge.graph.passes import complete
from ganforge.graph.shapes import field_shape, latent_shape
from ganforge.graph.sharing import Shared
from ganforge.graph.signature import signature
from ganforge.graph.wiring import Wiring
from ganforge.plugins.declarations import Block
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Shape, Tensor
from ganforge.spec.findings import Findings, lookup
from ganforge.spec.models import NetworkTable, Spec
from ganforge.spec.origins import origins

MOST_ORDERED = 4
"""Of so many inputs of a network, other orders are tried where the given one does not fit."""


def wired(
    spec: Spec, registry: Registry, findings: Findings, shared: Shared | None = None
) -> Graph:
    """The graph of a spec before any pass; what is wrong with its wiring and shapes is added.

    shared: what the stages of a spec have in common.
    """
    return _Builder(spec, registry, findings, shared or Shared(spec.document.values)).graph()


def graph_with(
    spec: Spec, registry: Registry, wiring: str
) -> tuple[Graph, int, tuple[Diagnostic, ...]]:
    """The graph of a sound spec with a tensor that is written nowhere in it, the node of that
    tensor, and what is wrong with its wiring.
    """
    shared = Shared(spec.document.values)
    builder = _Builder(spec, registry, Findings(spec.document), shared)
    graph = builder.graph()
    before = len(builder.findings.items)
    index = builder.tensor(wiring, ("wanted",))
    graph = replace(graph, nodes=tuple(builder.nodes.items))
    found = tuple(builder.findings.items[before:])
    return complete(graph, Findings(spec.document)), index, found


@dataclass
class _Builder:
    spec: Spec
    registry: Registry
    findings: Findings
    shared: Shared
    nodes: Nodes = field(default_factory=Nodes)
    names: dict[str, int] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    poisoned: set[str] = field(default_factory=set)
    places: dict[str, Path] = field(default_factory=dict)
    called_at: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context = Context(self.spec, self.registry, self.findings, self.shared)
        self.wiring = Wiring(
            self.nodes,
            self.registry,
            self.spec.scope,
            self.lookup,
            self.call,
            self.known,
            self.findings,
            list(self.spec.networks),
            live=True,
            draw=self.draw,
        )

    def graph(self) -> Graph:
        """Everything that the spec computes; the passes have not seen it."""
        self.sources()
        self.flow()
        losses, samples = self.losses(), self.samples()
        nodes = tuple(self.nodes.items)
        return Graph(self.spec, nodes, self.names, self.networks, losses, samples)

    def lookup(self, name: str) -> int | None:
        """The value of a name; unknown where the table that might make it could not be read."""
        if name in self.names or name in self.spec.networks or not self.blind:
            return self.names.get(name)
        return self.nodes.unknown(self.wiring.path)

    @cached_property
    def blind(self) -> bool:
        values = self.spec.document.values
        tables = [values.get(name, {}) for name in ("data", "latents", "flow")]
        fields = tables[0].get("fields", {}) if isinstance(tables[0], dict) else None
        return not all(isinstance(table, dict) for table in (*tables, fields))

    def known(self) -> list[str]:
        return list(self.names)

    def sources(self) -> None:
        """Data fields and latents, each name one tensor."""
        fields = self.spec.data.fields if self.spec.data else {}
        conditions = self.spec.conditions
        for name, value in fields.items():
            noises = [
                c.noise.of_labels(noisy=True, condition=label)
                for label, c in conditions.items()
                if c.field == name and c.noise
            ]
            shape = field_shape(value, noises[0] if noises else None)
            self._source(name, "field", shape, ("data", "fields", name))
        for name, latent in self.spec.latents.items():
            self._source(name, "latent", latent_shape(latent), ("latents", name))
        for name, condition in conditions.items():
            if condition.field in fields:
                noisy = condition.draw != "uniform"  # as the data has them
                noise = condition.noise
                known = noise.of_labels(noisy=noisy, condition=name) if noise else None
                shape = field_shape(fields[condition.field], known)
                self._source(name, "condition", shape, ("conditioning", name))
        for path in (("data", "fields"), ("latents",), ("conditioning",), ("flow",)):
            for name in self.written(*path):
                if name not in self.names and name not in self.spec.flow:
                    self.names[name] = self.nodes.unknown((*path, name))
        for name in self.spec.networks:
            if name in self.names:
                self._taken(name, ("networks", name))

    def _source(self, name: str, role: str, shape: Tensor, path: Path) -> None:
        if name in self.names:
            self._taken(name, path)
            return
        self.places[name] = path
        self.names[name] = self.nodes.add(Source(name, role), (), shape, path, name=name)

    def _taken(self, name: str, path: Path) -> None:
        first = self.places.get(name, ("networks", name))
        span = self.spec.document.span(first, key=True)
        related = (Label(span, "the other one"),) if span else ()
        message, help = f"`{name}` names two things", "rename one: a name is one tensor"
        self.findings.add("GF202", path, message, help, key=True, related=related)

    def draw(self, block: Block, shape: tuple[int, ...]) -> int:
        """A random tensor that a function draws, under a name that nothing else has."""
        name, count = block.inputs[-1], 1
        taken = {*self.names, *self.spec.flow, *self.spec.networks}
        while name in taken:
            count += 1
            name = f"{block.inputs[-1]}_{count}"
        source = Source(name, "random", drawn=block.drawn)
        self.names[name] = self.nodes.add(source, (), Tensor(shape), self.wiring.path, name=name)
        return self.names[name]

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
            self.names[name], self.places[name] = index, path
            self.nodes.rename(index, name)

    def losses(self) -> dict[str, GraphLoss]:
        losses = {}
        for name, loss in self.spec.losses.items():
            tensors = {}
            for tensor, text in loss.tensors.items():
                path = ("losses", name, *tensor.split(".", 1))
                tensors[tensor] = self.tensor(text, path)
                if len(path) > 3:  # a line of a table, from a latent to a tensor
                    tensors[f"{tensor}.latent"] = self._latent(path)
            losses[name] = GraphLoss(name, loss, tensors)
        if self.spec.stage is None:
            self._unread_losses()
        return losses

    def _unread_losses(self) -> None:
        """The wiring of losses that could not be read: what else is wrong is told at once."""
        for name, value in self.written("losses").items():
            kind = value.get("kind") if isinstance(value, dict) else None
            declaration = self.registry.losses.get(kind) if isinstance(kind, str) else None
            if declaration is None or name in self.spec.losses:
                continue
            for tensor in declaration.tensors:
                if isinstance(value.get(tensor), str):
                    self.tensor(value[tensor], ("losses", name, tensor))

    def _latent(self, path: tuple[str, ...]) -> int:
        """The latent that a line of a loss's table is about."""
        name = path[-1]
        if name in self.spec.latents:
            return self.names[name]
        if name not in self.written("latents"):
            help = did_you_mean(name, list(self.spec.latents), "latent")
            if name in self.spec.conditions:
                help = "a condition is asked for by `auxiliary-class`"
            message = f"`{name}` is no latent, and `{path[-2]}` is a table from latents to tensors"
            self.findings.add("GF419", path, message, help, key=True)
        return self.nodes.unknown(path)

    def samples(self) -> tuple[int, ...]:
        images, stage = self.spec.sample.images, self.spec.stage
        own = stage is not None and stage.table.images is not None
        path: Path = ("stages", stage.key, "images") if stage and own else ("sample", "images")
        return tuple(self.tensor(text, (*path, k)) for k, text in enumerate(images))

    def tensor(self, text: str, path: Path) -> int:
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
        """The call of a network; None where no network has that name. Raises `FormulaError`."""
        path = self.wiring.path
        if name not in self.spec.networks:
            return self.nodes.unknown(path) if self._is_meant(name) else None
        table = self.spec.networks[self._class_of(name)]
        if len(inputs) != len(table.inputs):
            takes = ", ".join(table.inputs)
            tensors = "1 tensor is" if len(inputs) == 1 else f"{len(inputs)} tensors are"
            message = f"`{name}` takes ({takes}), and {tensors} given"
            raise FormulaError("GF204", message, f"write `{name}({takes})`")
        if any(map(self.nodes.is_number, inputs)):
            message = f"`{name}` is called with a number, and networks take tensors"
            raise FormulaError("GF221", message, "name a field, a latent or what is made of them")
        return self.nodes.add(NetworkCall(name), inputs, self._result(name, table, inputs), path)

    def _is_meant(self, name: str) -> bool:
        """Whether a network was written under this name, or under one that is no identifier."""
        written = self.written("networks")
        unread = (other for other in written if other not in self.spec.networks)
        return name in written or any(re.sub(r"\W", "", other) == name for other in unread)

    def written(self, *path: str) -> dict[str, Any]:
        """A table as it was written, whether or not it could be read."""
        table = lookup(self.spec.document, path)
        return table if isinstance(table, dict) else {}

    def _class_of(self, name: str) -> str:
        while (target := self.spec.networks[name].like) is not None:
            name = target
        return name

    def _result(self, name: str, table: NetworkTable, inputs: tuple[int, ...]) -> NodeShape:
        shapes = tuple(self.nodes.shape(i) for i in inputs)
        given = tuple(s for s in shapes if s is not None and not isinstance(s, Bundle))
        owner = self._class_of(name)
        if owner in self.poisoned or len(given) < len(shapes):
            return None
        known = self.networks.get(name)
        if known is not None:
            return self._again(known, table, given, inputs)
        before = len(self.findings.items)
        body = self._expand(owner, table, given)
        if owner in self.poisoned and (order := self._fitting_order(owner, table, given)):
            del self.findings.items[before:]
            self.poisoned.discard(owner)
            self.wiring.report(self._other_order(name, table, order, inputs))
            return None
        self._explain(before, inputs)
        if (error := list_expected(name, table, self.findings, before)) is not None:
            self.wiring.report(error)
            return None
        told = f"`{name}` is given {' and '.join(map(str, given))}"
        ends = {n: self.wiring.ends((i,)) for n, i in zip(table.inputs, inputs, strict=True)}
        name_call(self.wiring.path, told, ends, self.findings, before)
        if body is None or owner in self.poisoned:
            return None
        self.networks[name] = Network(name, owner, self.spec.networks[name], given, body)
        self.called_at[name] = self.wiring.path
        return body.result

    def _expand(self, owner: str, table: NetworkTable, shapes: tuple[Shape, ...]) -> Body | None:
        for other in self.networks.values():
            if other.like == owner and other.shapes == shapes:
                return other.body
        before = len(self.findings.errors)
        try:
            body = expand_network(self.context, ("networks", owner), table, shapes)
        except TooManyLayersError:
            self.poisoned.add(owner)
            return None
        if len(self.findings.errors) > before or body.hides_mistakes():
            self.poisoned.add(owner)
        return body

    def _fitting_order(
        self, owner: str, table: NetworkTable, shapes: tuple[Shape, ...]
    ) -> tuple[int, ...] | None:
        """Another order of what a network is given, with which its layers would do."""
        if not 1 < len(shapes) <= MOST_ORDERED:
            return None
        for order in permutations(range(len(shapes))):
            turned = tuple(shapes[k] for k in order)
            if turned != shapes and not self._expanded(owner, table, turned)[1].errors:
                return order
        return None

    def _expanded(
        self, owner: str, table: NetworkTable, shapes: tuple[Shape, ...]
    ) -> tuple[Body | None, Findings]:
        """What a network would be for these shapes, and what would be wrong with it."""
        found = Findings(self.spec.document)
        context = Context(self.spec, self.registry, found, self.shared)
        try:
            return expand_network(context, ("networks", owner), table, shapes), found
        except TooManyLayersError:
            return None, found

    def _other_order(
        self, name: str, table: NetworkTable, order: tuple[int, ...], inputs: tuple[int, ...]
    ) -> FormulaError:
        """GF204, with the call as it would do."""
        message = f"`{name}` takes ({', '.join(table.inputs)}), and is given them in another order"
        call = self.wiring.calling
        written = [ast.unparse(argument) for argument in call.args] if call else table.inputs
        help = f"write `{name}({', '.join(written[k] for k in order)})`"
        return FormulaError("GF204", message, help, nodes=inputs)

    def _explain(self, before: int, inputs: tuple[int, ...]) -> None:
        """Names the author's own fields and latents where they do not fit an inherited network."""
        document = self.spec.document
        for index in sorted(upstream(self.nodes.items, inputs)):
            node = self.nodes.items[index]
            span = document.span(node.path)
            if not isinstance(node.operation, Source) or span is None:
                continue
            own = Label(span, node.about())
            given = origins(document, "GF3", lookup(document, node.path), span)
            for label in (own, *given):
                if not document.distance(label.span):
                    self.findings.annotate(before, label, inherited=True)

    def _again(
        self,
        known: Network,
        table: NetworkTable,
        shapes: tuple[Shape, ...],
        inputs: tuple[int, ...],
    ) -> NodeShape:
        """A further call of a network: its layers must be the same for these shapes."""
        if known.shapes == shapes:
            return known.body.result
        for order in permutations(range(len(shapes))) if len(shapes) <= MOST_ORDERED else ():
            if tuple(shapes[k] for k in order) == known.shapes:
                self.wiring.report(self._other_order(known.name, table, order, inputs))
                return None
        body, found = self._expanded(known.like, table, shapes)
        if body is None or found.errors or signature(known.body) != signature(body):
            self.wiring.report(self._two_shapes(known, shapes, inputs, found))
            return None
        return body.result

    def _two_shapes(
        self, known: Network, shapes: tuple[Shape, ...], inputs: tuple[int, ...], found: Findings
    ) -> FormulaError:
        first, second = ", ".join(map(str, known.shapes)), ", ".join(map(str, shapes))
        message = f"`{known.name}` is called with {second}, and its layers were sized for {first}"
        help = "bring both to one size, or use a second network"
        span = self.spec.document.span(self.called_at[known.name])
        labels = [Label(span, f"first called here, with {first}")] if span else []
        labels += [Label(d.span, d.message) for d in found.items if d.span and d in found.errors][
            :1
        ]
        return FormulaError("GF309", message, help, nodes=inputs, related=tuple(labels))
