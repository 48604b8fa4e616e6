"""Changes of layers: other ones, in another order, of other blocks."""

from __future__ import annotations

import copy

from drawing import Drawing
from places import Tree, layer_lists


class LayerMutations(Drawing):
    """Changes of what networks are made of."""

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
