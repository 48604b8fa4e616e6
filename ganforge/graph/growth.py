"""Networks that grow: the layers of all levels as one body, in which the level chooses.

Each level has been expanded and checked by itself. A layer is the same one at several levels where
it stands at one place of the spec, in one turn of its loops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ganforge.graph.graph import Graph, Network
from ganforge.graph.nodes import (
    Apply,
    Body,
    ByLevel,
    Composite,
    Layer,
    Node,
    NodeShape,
    Operation,
    Source,
)
from ganforge.graph.signature import made_by, signature
from ganforge.spec.findings import Findings

Site = tuple[object, ...]
"""What tells one node from the others of its network, the same at every level."""


def with_growth(whole: Graph, stages: Sequence[Graph], findings: Findings) -> Graph:
    """The whole with every network as it is over all levels of its stages."""
    levels = {stage.spec.stage.level: stage for stage in stages if stage.spec.stage is not None}
    grown = {level: graph for level, graph in levels.items() if level is not None}
    if len(grown) < 2:
        return whole
    _check_growth(grown, findings)
    networks = {
        name: _over_levels(network, grown, findings) for name, network in whole.networks.items()
    }
    return replace(whole, networks=networks)


def _over_levels(network: Network, graphs: Mapping[int, Graph], findings: Findings) -> Network:
    bodies = {
        level: graph.networks[network.name].body
        for level, graph in sorted(graphs.items())
        if network.name in graph.networks
    }
    first = next(iter(bodies.values()), network.body)
    if all(signature(body) == signature(first) for body in bodies.values()):
        return network
    return replace(network, body=_Merge(bodies, findings).body())


def _check_growth(graphs: Mapping[int, Graph], findings: Findings) -> None:
    """GF606: a level at which no network is another than at the one before."""
    levels = sorted(graphs)
    for before, level in pairwise(levels):
        stage = graphs[level].spec.stage
        networks = graphs[before].networks, graphs[level].networks
        same = all(
            name in networks[0] and signature(networks[0][name].body) == signature(network.body)
            for name, network in networks[1].items()
        )
        if same and stage is not None:
            message = f"at level {level} all networks are as at level {before}"
            help = "let layers stand `when` the level is high enough, or list fewer levels"
            findings.add("GF606", ("stages", stage.key, "level"), message, help)


@dataclass
class _At:
    """A node at one level: the sites that it is made from, and what it does with them."""

    node: Node
    inputs: tuple[Site, ...]
    made: object


class _Merge:
    """Lays the bodies of several levels over each other."""

    def __init__(self, bodies: Mapping[int, Body], findings: Findings) -> None:
        self.bodies, self.findings = bodies, findings
        self.nodes: list[Node] = []
        self.levels: dict[int, frozenset[int]] = {}
        self.places: dict[Site, int] = {}
        self.chosen: dict[tuple[tuple[int, tuple[int, ...]], ...], int] = {}

    def body(self) -> Body:
        sites = {level: _sites(body) for level, body in self.bodies.items()}
        known: dict[Site, dict[int, _At]] = {}
        for level, body in self.bodies.items():
            for index in sorted(body.reached | set(body.inputs.values())):
                node = body.nodes[index]
                inputs = tuple(sites[level][i] for i in node.inputs)
                known.setdefault(sites[level][index], {})[level] = _At(
                    node, inputs, made_by(body)[index]
                )
        for site in _in_order([[s for s in of if s in known] for of in sites.values()]):
            self.places[site] = self._site(known[site])
        last = self.bodies[max(self.bodies)]
        outputs = {
            name: self._choice(
                {level: sites[level][body.outputs[name]] for level, body in self.bodies.items()}
            )
            for name in last.outputs
        }
        of_last = sites[max(self.bodies)]
        given = {name: self.places[of_last[i]] for name, i in last.inputs.items()}
        return Body(tuple(self.nodes), given, outputs, self.levels)

    def _site(self, at: Mapping[int, _At]) -> int:
        """The node of a site: one, or several of which the level chooses."""
        made: dict[object, list[int]] = {}
        for level, own in at.items():
            made.setdefault(own.made, []).append(level)
        if len(made) > 1:
            self._check_same(at, list(made.values()))
        variants = {}
        for levels in made.values():
            of = {level: at[level] for level in levels}
            variants[tuple(levels)] = self._node(of)
        return self._by_level(variants)

    def _check_same(self, at: Mapping[int, _At], levels: Sequence[Sequence[int]]) -> None:
        """GF621: weights that are others at another level."""
        first, second = levels[0][0], levels[1][0]
        operation, path = at[second].node.operation, at[second].node.path
        if isinstance(operation, Composite) or (isinstance(operation, Layer) and operation.learns):
            name = operation.name if isinstance(operation, Composite) else operation.block.name
            message = f"`{name}` is another at level {second} than at level {first}"
            help = "let its sizes follow from the loop's variable, and `when` from `level`"
            self.findings.add("GF621", path, message, help)

    def _node(self, at: Mapping[int, _At]) -> int:
        highest = at[max(at)]
        places = [
            self._choice({level: own.inputs[k] for level, own in at.items()})
            for k in range(len(highest.inputs))
        ]
        node = highest.node._replace(inputs=tuple(places), name=_name(highest.node))
        return self._add(node, frozenset(at))

    def _choice(self, sites: Mapping[int, Site]) -> int:
        """What the level chooses among sites."""
        places: dict[int, list[int]] = {}
        for level, site in sites.items():
            places.setdefault(self.places[site], []).append(level)
        return self._by_level({tuple(levels): place for place, levels in places.items()})

    def _by_level(self, variants: Mapping[tuple[int, ...], int]) -> int:
        if len(variants) == 1:
            return next(iter(variants.values()))
        key = tuple((place, levels) for levels, place in variants.items())
        if key not in self.chosen:
            highest = self.nodes[variants[max(variants, key=max)]]
            shape: NodeShape = highest.shape
            node = Node(ByLevel(tuple(variants)), tuple(variants.values()), shape, highest.path)
            levels = frozenset(level for levels in variants for level in levels)
            self.chosen[key] = self._add(node, levels)
        return self.chosen[key]

    def _add(self, node: Node, levels: frozenset[int]) -> int:
        self.nodes.append(node)
        if levels != frozenset(self.bodies):
            self.levels[len(self.nodes) - 1] = levels
        return len(self.nodes) - 1


def _name(node: Node) -> str | None:
    """An id of a loop with the value of the loop's variable."""
    value = node.turns[-1].value if node.turns else None
    simple = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return f"{node.name}_{value}" if node.name and simple else node.name


def _sites(body: Body) -> list[Site]:
    """The site of every node."""
    counts: Counter[Site] = Counter()
    sites: list[Site] = []
    for node in body.nodes:
        turns = tuple((turn.loop, repr(turn.value)) for turn in node.turns)
        base: Site = (node.path, turns, _kind(node.operation))
        sites.append((*base, counts[base]))
        counts[base] += 1
    return sites


def _kind(operation: Operation) -> str:
    if isinstance(operation, Layer | Apply):
        return f"{type(operation).__name__} {operation.block.name}"
    if isinstance(operation, Source):
        return f"Source {operation.name}"
    return type(operation).__name__


def _in_order(sequences: Sequence[Sequence[Site]]) -> list[Site]:
    """All sites, each after those that stand before it at some level."""
    sites = list(dict.fromkeys(site for sequence in sequences for site in sequence))
    number = {site: k for k, site in enumerate(sites)}  # sites are long, and slow to compare
    order: list[int] = []
    for sequence in sequences:
        place = 0
        for k in map(number.__getitem__, sequence):
            if k in order:
                place = order.index(k) + 1
            else:
                order.insert(place, k)
                place += 1
    return [sites[k] for k in order]
