"""Changes that keep a spec a spec: other numbers, layers, options, wiring, kinds, formulas.

Where bytes are changed at random nearly every text is refused; these find what is accepted and
does not train.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

from ganforge.plugins.params import Weighted
from ganforge.plugins.registry import Registry
from ganforge.spec.models import NetworkTable

Tree = dict[str, Any]
Place = tuple[Any, Any]
"""A table or list, and a key or index in it."""

NUMBERS = (0, 1, 2, 3, 4, 5, 7, 8, 16, 0.5, 0.1, 1.5, -1)
FORMULAS = (
    "({}) + 1",
    "2 * ({})",
    "({}) // 2",
    "({}) - 1",
    "max(1, ({}) // 2)",
    "({}) if true else 1",
    "[{}, 1][0]",
    "min({}, 4)",
    "int(({}) ** 2)",
    "ceil(({}) / 3)",
)
SHAPED = ("channels(prev)", "channels(x)", "height(prev)", "2 * channels(prev)", "width(prev) // 2")
LIVE = ("linear({}, 0, progress)", "({}) * (1 - progress)", "exponential({}, 1e-5, progress)")
WRAPPED = (
    "detach({})",
    "fresh({})",
    "concat({}, {})",
    "2 * ({})",
    "-({})",
    "({}) + ({})",
    "({}) * 0.5 + 0.1",
    "roll({})",
    "one_hot({})",
    "flatten({})",
    "downsample({})",
    "upsample({})",
    "global_average({})",
    "[{}, {}]",
    "[{}, {}][1]",
    "({})[0]",
    "sigmoid({})",
    "tanh({})",
    "absolute_error({}, {})",
    "squared_error({}, {})",
    "tile({}, x)",
    "clean({})",
    "corrupt({})",
    "softmax({})",
    "split({}, parts=2)",
    "split({}, parts=2)[0]",
    "reshape({}, shape=[1, 8, 8])",
    "pixel_norm({})",
)
NAME = re.compile(r"[A-Za-z_]\w*")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
WIRED = {"from", "real", "fake", "score", "wrt", "logits", "target", "original", "reconstruction"}


class Mutations:
    """Mutations of trees; each says whether it found something to change."""

    def __init__(self, chance: random.Random, registry: Registry) -> None:
        self.random, self.registry = chance, registry
        self.told: list[str] = []

    def apply(self, tree: Tree) -> None:
        """One mutation, drawn until one finds its place."""
        for _ in range(30):
            mutation = self.random.choice(MUTATIONS)
            try:
                found = mutation(self, tree)
            except (AttributeError, IndexError, KeyError, TypeError):
                continue  # an earlier mutation has left no such table
            if found:
                self.told.append(mutation.__name__)
                return

    def pick(self, items: Any) -> Any:
        items = list(items)
        return self.random.choice(items) if items else None

    def number(self, tree: Tree) -> bool:
        place = self.pick(p for p in places(tree) if _is_number(p))
        if place is None:
            return False
        holder, key = place
        old = holder[key]
        changed = [old + 1, old - 1, 2 * old, old // 2, old / 2, -old, *NUMBERS]
        holder[key] = self.random.choice([new for new in changed if new != old])
        return True

    def formula(self, tree: Tree) -> bool:
        """A number becomes a formula, a formula another one."""
        place = self.pick(p for p in places(tree) if _is_number(p) or _is_formula(p))
        if place is None:
            return False
        holder, key = place
        kinds = SHAPED if self.random.random() < 0.2 else FORMULAS
        kinds = LIVE if self.random.random() < 0.1 else kinds
        holder[key] = self.random.choice(kinds).format(holder[key])
        return True

    def feedback(self, tree: Tree) -> bool:
        """A number follows a figure of the log."""
        place = self.pick(p for p in places(tree) if _is_number(p))
        if place is None:
            return False
        holder, key = place
        of = self.pick(tree["losses"]) + self.random.choice(("", ".critic", ".generator", ".k"))
        low = {"low": 0.1} if self.random.random() < 0.3 else {}
        window = self.random.choice((1, 2))
        holder[key] = {"kind": "plateau", "start": holder[key], "of": of, "window": window, **low}
        return True

    def digits(self, tree: Tree) -> bool:
        """Another number inside of a formula or wiring."""
        place = self.pick(p for p in places(tree) if _is_text(p) and DIGITS.search(p[0][p[1]]))
        if place is None:
            return False
        holder, key = place
        found = self.random.choice(list(DIGITS.finditer(holder[key])))
        new = str(self.random.choice(NUMBERS))
        holder[key] = holder[key][: found.start()] + new + holder[key][found.end() :]
        return True

    def truth(self, tree: Tree) -> bool:
        place = self.pick(p for p in places(tree) if isinstance(p[0][p[1]], bool))
        if place is not None:
            place[0][place[1]] = not place[0][place[1]]
        return place is not None

    def swap_layers(self, tree: Tree) -> bool:
        layers = self.pick(items for items in layer_lists(tree) if len(items) > 1)
        if layers is None:
            return False
        a, b = self.random.sample(range(len(layers)), 2)
        layers[a], layers[b] = layers[b], layers[a]
        return True

    def delete_layer(self, tree: Tree) -> bool:
        layers = self.pick(items for items in layer_lists(tree) if items)
        if layers is None:
            return False
        del layers[self.random.randrange(len(layers))]
        return True

    def copy_layer(self, tree: Tree) -> bool:
        """A layer of one network at another place, perhaps of another network."""
        lists = list(layer_lists(tree))
        source, target = self.pick(items for items in lists if items), self.pick(lists)
        if source is None or target is None:
            return False
        layer = copy.deepcopy(self.random.choice(source))
        if isinstance(layer, dict) and self.random.random() < 0.7:
            layer.pop("id", None)
        target.insert(self.random.randrange(len(target) + 1), layer)
        return True

    def new_layer(self, tree: Tree) -> bool:
        """A layer of any block, with what it needs."""
        layers = self.pick(layer_lists(tree))
        if layers is None:
            return False
        layers.insert(self.random.randrange(len(layers) + 1), self.layer())
        return True

    def other_block(self, tree: Tree) -> bool:
        layer = self.pick(la for items in layer_lists(tree) for la in items if "block" in la)
        if layer is None:
            return False
        fresh = self.layer()
        kept = {k: v for k, v in layer.items() if k in ("id", "from", "side", "when")}
        known = self.registry.blocks[fresh["block"]].params.model_fields
        same = {k: v for k, v in layer.items() if k in known}
        layer.clear()
        layer.update({**fresh, **same, **kept})
        return True

    def layer(self) -> Tree:
        block = self.registry.blocks[self.pick(self.registry.blocks)]
        layer = {"block": block.name, **self.params(block.params)}
        for name in block.inputs[1:]:
            if not name.endswith("?") or self.random.random() < 0.5:
                layer[name.rstrip("?")] = self.random.choice(["x", "z", "prev", "y", "c"])
        return layer

    def params(self, model: Any, share: float = 0.2) -> Tree:
        """What a table must have, and some of what it may have."""
        chosen = {}
        for name, about in model.model_fields.items():
            if about.is_required() or self.random.random() < share:
                chosen[about.alias or name] = self.value(name, about)
        return chosen

    def value(self, name: str, about: Any) -> Any:
        if name in ("norm", "act"):
            suffix = "-norm" if name == "norm" else ""
            names = [n.removesuffix(suffix) for n in self.registry.blocks if n.endswith(suffix)]
            return self.random.choice([*names, "none"])
        if name == "init":
            return self.pick(self.registry.inits)
        if name == "weights":
            return self.pick(self.registry.weights)
        choices = words(about.annotation)
        text = str(about.annotation)
        if choices:
            return self.random.choice(choices)
        if "bool" in text:
            return self.random.random() < 0.5
        if "tuple" in text:
            return [self.random.choice(NUMBERS) for _ in range(self.random.randrange(1, 5))]
        return self.random.choice(NUMBERS)

    def option(self, tree: Tree) -> bool:
        """A key that a table may have gets a value that it may have."""
        table, model = self.pick(self.modelled(tree)) or (None, None)
        if table is None or not model.model_fields:
            return False
        name, about = self.random.choice(list(model.model_fields.items()))
        if self.random.random() < 0.2:
            return table.pop(about.alias or name, None) is not None
        table[about.alias or name] = self.value(name, about)
        return True

    def modelled(self, tree: Tree) -> Iterator[tuple[Tree, Any]]:
        """Tables whose keys a model knows."""
        from ganforge.spec import models

        for items in layer_lists(tree):
            for layer in items:
                if layer.get("block") in list(self.registry.blocks):
                    yield layer, self.registry.blocks[layer["block"]].params
                    yield layer, Weighted
        for loss in _tables(tree, "losses"):
            kind = loss.get("kind", "adversarial")
            if kind in list(self.registry.losses):
                yield loss, self.registry.losses[kind].params
            yield loss, models.LossTable
        for name, model in (("train", models.TrainTable), ("data", models.DataTable)):
            if isinstance(tree.get(name), dict):
                yield tree[name], model
        yield tree.setdefault("sample", {}), models.SampleTable
        for network in _tables(tree, "networks"):
            yield network, NetworkTable

    def loss_sides(self, tree: Tree) -> bool:
        loss = self.pick(lo for lo in _tables(tree, "losses") if "real" in lo and "fake" in lo)
        if loss is None:
            return False
        loss["real"], loss["fake"] = loss["fake"], loss["real"]
        return True

    def new_loss(self, tree: Tree) -> bool:
        kind = self.pick(self.registry.losses)
        declared = self.registry.losses[kind]
        names = self.names(tree)
        loss = {"kind": kind, **self.params(declared.params)}
        for tensor in declared.tensors:
            loss[tensor.rstrip("?")] = self.wired(tree, names)
        for table in declared.tables:
            loss[table] = {self.pick(tree.get("latents", {})) or "z": self.wired(tree, names)}
        tree.setdefault("losses", {})[f"more{self.random.randrange(3)}"] = loss
        return True

    def delete_table(self, tree: Tree) -> bool:
        name = self.pick(n for n in tree if isinstance(tree[n], dict) and tree[n])
        if name is None:
            return False
        del tree[name][self.pick(tree[name])]
        return True

    def field_kind(self, tree: Tree) -> bool:
        fields = tree.get("data", {}).get("fields", {})
        name = self.pick(fields)
        if name is None:
            return False
        image = {"kind": "image", "size": self.random.choice([8, 16, [8, 16], 5]), "channels": 1}
        kinds = [image, {"kind": "class", "classes": self.random.choice([1, 2, 10])}]
        fields[self.random.choice([name, "more"])] = self.random.choice(kinds)
        return True

    def latent_kind(self, tree: Tree) -> bool:
        latents = tree.setdefault("latents", {})
        name = self.random.choice([*latents, "c"])
        latents[name] = self.random.choice(
            [
                {"distribution": "categorical", "classes": 10},
                {"distribution": "normal", "size": 8},
                {"distribution": "uniform", "shape": [2, 4, 4], "low": 0, "high": 2},
                {"distribution": "truncated-normal", "size": 16, "threshold": 0.5},
                {"distribution": "bernoulli", "size": 1},
            ]
        )
        return True

    def condition(self, tree: Tree) -> bool:
        fields = tree.get("data", {}).get("fields", {})
        tree.setdefault("conditioning", {})[self.random.choice(["y", "c"])] = {
            "field": self.pick(fields) or "x",
            "draw": self.random.choice(["uniform", "data", "shuffle", "same"]),
        }
        return True

    def names(self, tree: Tree) -> list[str]:
        """Everything that wiring may name."""
        tables = ("latents", "conditioning", "flow", "networks", "params")
        found = [name for table in tables for name in tree.get(table, {})]
        found += tree.get("data", {}).get("fields", {})
        found += [la["id"] for items in layer_lists(tree) for la in items if "id" in la]
        return [name for name in found if isinstance(name, str)] or ["x"]

    def wired(self, tree: Tree, names: list[str]) -> str:
        """A tensor, or what a network makes of tensors."""
        network = self.pick(tree.get("networks", {}))
        if network is None or self.random.random() < 0.4:
            return str(self.random.choice(names))
        table = tree["networks"][network]
        inputs = table.get("inputs", ["x"]) if isinstance(table, dict) else []
        inputs = inputs if isinstance(inputs, list) else ["x"]
        given = ", ".join(self.random.choice(names) for _ in inputs)
        return f"{network}({given})"

    def rename_in_wiring(self, tree: Tree) -> bool:
        """Another network or tensor in a line of wiring."""
        place = self.pick(p for p in wiring(tree) if NAME.search(p[0][p[1]]))
        if place is None:
            return False
        holder, key = place
        found = self.random.choice(list(NAME.finditer(holder[key])))
        new = self.random.choice([*self.names(tree), "prev", "x"])
        holder[key] = holder[key][: found.start()] + new + holder[key][found.end() :]
        return True

    def wrap_wiring(self, tree: Tree) -> bool:
        place = self.pick(wiring(tree))
        if place is None:
            return False
        holder, key = place
        parts = [*self.names(tree), *NAME.findall(holder[key])]
        form = self.random.choice(WRAPPED)
        pieces = [holder[key], self.random.choice(parts)][: form.count("{}")]
        if form.startswith("[") or self.random.random() < 0.5:
            pieces.reverse()
        holder[key] = form.format(*pieces)
        return True

    def new_wiring(self, tree: Tree) -> bool:
        place = self.pick(wiring(tree))
        if place is None:
            return False
        place[0][place[1]] = self.wired(tree, self.names(tree))
        return True

    def new_flow(self, tree: Tree) -> bool:
        names = self.names(tree)
        tree.setdefault("flow", {})[f"t{self.random.randrange(3)}"] = self.wired(tree, names)
        return True

    def from_anywhere(self, tree: Tree) -> bool:
        """A layer that goes on from elsewhere, or a head, or one with a condition."""
        layer = self.pick(la for items in layer_lists(tree) for la in items)
        if layer is None:
            return False
        key, value = self.random.choice(
            [
                ("from", self.random.choice(self.names(tree))),
                ("from", "concat(prev, x)"),
                ("id", "h"),
                ("side", True),
                ("when", self.random.choice(["false", "true", "has(h)", "channels(prev) > 4"])),
            ]
        )
        layer[key] = value
        return True

    def outputs(self, tree: Tree) -> bool:
        network = self.pick(_tables(tree, "networks"))
        if network is None:
            return False
        network["outputs"] = self.random.choice(
            ["x", "prev", "h", {"a": "prev"}, {"a": "prev", "b": "x"}, "[prev, x]"]
        )
        return True

    def like(self, tree: Tree) -> bool:
        """A second network of the same architecture, which is called."""
        networks = tree.get("networks", {})
        name = self.pick(networks)
        if name is None:
            return False
        networks[f"{name}2"] = {"like": name}
        if self.random.random() < 0.3:
            networks[f"{name}2"]["frozen"] = True
        place = self.pick(p for p in wiring(tree) if f"{name}(" in p[0][p[1]])
        if place is not None:
            place[0][place[1]] = place[0][place[1]].replace(f"{name}(", f"{name}2(")
        return True

    def players(self, tree: Tree) -> bool:
        train = tree.setdefault("train", {})
        player = self.random.choice(["critic", "generator", "third"])
        table = train.setdefault("players", {}).setdefault(player, {})
        key, value = self.random.choice(
            [
                ("steps", self.random.choice([1, 2, 3, "1 + round // 5"])),
                ("batch", self.random.choice([1, 2, 4, 8])),
                ("clip_weights", 0.01),
                ("clip_gradients", 1),
                ("networks", [self.pick(tree.get("networks", {})) or "G"]),
                ("optimizer", {"kind": self.random.choice(["sgd", "adam", "rmsprop"]), "lr": 1e-3}),
            ]
        )
        table[key] = value
        return True

    def schedule(self, tree: Tree) -> bool:
        train = tree.setdefault("train", {})
        key, value = self.random.choice(
            [
                ("update", self.random.choice(["alternating", "simultaneous"])),
                ("reuse", self.random.random() < 0.5),
                ("order", self.random.choice([["generator", "critic"], ["critic"], ["generator"]])),
                ("ema", self.random.choice([{"decay": 0.99}, {"half_life_kimg": 1, "start": 2}])),
                ("batch", self.random.choice([1, 2, 3, 4])),
            ]
        )
        train[key] = value
        return True

    def every(self, tree: Tree) -> bool:
        loss = self.pick(_tables(tree, "losses"))
        if loss is None:
            return False
        key, value = self.random.choice(
            [
                ("every", self.random.choice([1, 2, 16])),
                ("weight", self.random.choice([0, 10, "1 - progress"])),
                ("trains", [self.pick(tree.get("networks", {})) or "G"]),
                ("pool", 4),
                ("pairing", self.random.choice(["relativistic", "relativistic-average"])),
                ("top_k", 0.5),
                ("objective", self.random.choice(["hinge", "wasserstein", "least-squares"])),
            ]
        )
        loss[key] = value
        return True

    def sample(self, tree: Tree) -> bool:
        table = tree.setdefault("sample", {})
        names = self.names(tree)
        images = [self.wired(tree, names) for _ in range(self.random.randrange(3))]
        name = self.random.choice(names)
        key, value = self.random.choice(
            [
                ("images", images),
                ("rows", name),
                ("columns", f"{name}[0]"),
                ("columns", {"of": name, "values": [0, 1]}),
                ("statistics", "batch"),
                ("latents", {name: {"distribution": "truncated-normal", "threshold": 0.5}}),
            ]
        )
        table[key] = value
        return True

    def data(self, tree: Tree) -> bool:
        table = tree.setdefault("data", {})
        key, value = self.random.choice(
            [
                ("paired", self.random.random() < 0.5),
                ("load_size", self.random.choice([16, 36, [10, 40]])),
                ("crop", self.random.choice(["center", "random"])),
                ("flip", True),
                ("dequantize", True),
                ("holdout", self.random.choice([0.1, 10])),
                ("source", self.pick(self.registry.sources)),
                ("count", self.random.choice([1, 3, 100])),
            ]
        )
        table[key] = value
        return True


MUTATIONS: list[Callable[[Mutations, Tree], bool]] = [
    *[Mutations.number] * 3,
    *[Mutations.formula, Mutations.digits, Mutations.truth] * 2,
    *[Mutations.option] * 3,
    Mutations.swap_layers,
    Mutations.delete_layer,
    Mutations.copy_layer,
    *[Mutations.new_layer] * 2,
    Mutations.other_block,
    Mutations.loss_sides,
    Mutations.new_loss,
    Mutations.delete_table,
    Mutations.field_kind,
    Mutations.latent_kind,
    Mutations.condition,
    *[Mutations.rename_in_wiring] * 2,
    *[Mutations.wrap_wiring] * 2,
    Mutations.new_wiring,
    Mutations.new_flow,
    Mutations.from_anywhere,
    Mutations.outputs,
    Mutations.like,
    Mutations.players,
    Mutations.schedule,
    Mutations.feedback,
    Mutations.every,
    Mutations.sample,
    Mutations.data,
]


def places(tree: Any) -> Iterator[Place]:
    """Every value of a tree, by its holder."""
    stack = [tree]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            if (holder, key) != (tree, "ganforge"):
                yield holder, key
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])


def layer_lists(tree: Tree) -> Iterator[list[Tree]]:
    """Every list of layers, those of loops too."""
    stack = [
        table.get("layers") for kind in ("networks", "blocks") for table in _tables(tree, kind)
    ]
    while stack:
        layers = stack.pop()
        if isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers):
            yield layers
            stack.extend(layer.get("layers") for layer in layers)


def wiring(tree: Tree) -> Iterator[Place]:
    """Every line of wiring."""
    flow = tree.get("flow", {})
    yield from ((flow, key) for key in flow if isinstance(flow[key], str))
    for loss in _tables(tree, "losses"):
        yield from ((loss, key) for key in loss if key in WIRED and isinstance(loss[key], str))
        for table in loss.values():
            if isinstance(table, dict):
                yield from ((table, key) for key in table if isinstance(table[key], str))
    for items in layer_lists(tree):
        yield from ((la, "from") for la in items if isinstance(la.get("from"), str))
    images = tree.get("sample", {}).get("images", [])
    yield from ((images, k) for k, text in enumerate(images) if isinstance(text, str))


def words(annotation: Any) -> list[str]:
    """The words that a type allows."""
    if get_origin(annotation) is Literal:
        return [word for word in get_args(annotation) if isinstance(word, str)]
    return [word for part in get_args(annotation) for word in words(part)]


def _tables(tree: Tree, name: str) -> list[Tree]:
    holder = tree.get(name, {})
    return [table for table in holder.values() if isinstance(table, dict)]


def _is_number(place: Place) -> bool:
    value = place[0][place[1]]
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(place: Place) -> bool:
    return isinstance(place[0][place[1]], str)


def _is_formula(place: Place) -> bool:
    return _is_text(place) and place[1] in ("out", "in", "size", "channels", "classes", "when")
