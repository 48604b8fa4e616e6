"""Changes of tables: data, latents, losses, training, stages and samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drawing import Drawing
from places import Tree, layer_lists, tables

from ganforge.plugins.params import Weighted
from ganforge.spec import models


class TableMutations(Drawing):
    """Changes of what a table holds."""

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
        for items in layer_lists(tree):
            for layer in items:
                if layer.get("block") in list(self.registry.blocks):
                    yield layer, self.registry.blocks[layer["block"]].params
                    yield layer, Weighted
        for loss in tables(tree, "losses"):
            kind = loss.get("kind", "adversarial")
            if kind in list(self.registry.losses):
                yield loss, self.registry.losses[kind].params
            yield loss, models.LossTable
        for name, model in (("train", models.TrainTable), ("data", models.DataTable)):
            if isinstance(tree.get(name), dict):
                yield tree[name], model
        yield tree.setdefault("sample", {}), models.SampleTable
        for stage in tables(tree, "stages"):
            yield stage, models.StageTable
        for network in tables(tree, "networks"):
            yield network, models.NetworkTable

    def loss_sides(self, tree: Tree) -> bool:
        loss = self.pick(lo for lo in tables(tree, "losses") if "real" in lo and "fake" in lo)
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
        loss = self.pick(tables(tree, "losses"))
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

    def stages(self, tree: Tree) -> bool:
        """A stage that is changed, or a new one: its length, what it trains, its level."""
        held = tree.setdefault("stages", {})
        name = self.random.choice([*held, "one", "two"])
        if name in held and self.random.random() < 0.2:
            del held[name]
            return True
        stage = held.setdefault(name, {"rounds": 2})
        networks, losses = list(tree.get("networks", {})), list(tree.get("losses", {}))
        key, value = self.random.choice(
            [
                ("train", self.random.sample(networks, self.random.randint(1, len(networks)))),
                ("losses", self.random.sample(losses, self.random.randint(1, len(losses)))),
                ("level", self.random.choice([0, 1, [0, 1], [0, 1, 2], "range(2)"])),
                ("fade_kimg", 0.004),
                ("images", [self.wired(tree, self.names(tree))]),
                ("init_from", self.random.choice([*held, "./runs/before"])),
                ("fresh_optimizers", True),
                ("batch", self.random.choice([2, "4 if res > 8 else 2"])),
                ("optimizer", {"kind": "sgd", "lr": self.random.choice([1e-3, "1e-3 * fade"])}),
                ("players", {self.random.choice(["critic", "generator"]): {"steps": 2}}),
            ]
        )
        stage[key] = value
        return True
