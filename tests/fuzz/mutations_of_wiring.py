"""Changes of wiring: other names, other calls, other outputs."""

from __future__ import annotations

from drawing import Drawing
from places import NAME, Tree, layer_lists, tables, wiring

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


class WiringMutations(Drawing):
    """Changes of what is given to what."""

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
        network = self.pick(tables(tree, "networks"))
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
