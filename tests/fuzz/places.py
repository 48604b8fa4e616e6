"""Where a spec's tree has values, layers, wiring and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

Tree = dict[str, Any]
Place = tuple[Any, Any]
"""A table or list, and a key or index in it."""

NAME = re.compile(r"[A-Za-z_]\w*")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
WIRED = {"from", "real", "fake", "score", "wrt", "logits", "target", "original", "reconstruction"}


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
    stack = [table.get("layers") for kind in ("networks", "blocks") for table in tables(tree, kind)]
    while stack:
        layers = stack.pop()
        if isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers):
            yield layers
            stack.extend(layer.get("layers") for layer in layers)


def wiring(tree: Tree) -> Iterator[Place]:
    """Every line of wiring."""
    flow = tree.get("flow", {})
    yield from ((flow, key) for key in flow if isinstance(flow[key], str))
    for loss in tables(tree, "losses"):
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


def tables(tree: Tree, name: str) -> list[Tree]:
    holder = tree.get(name, {})
    return [table for table in holder.values() if isinstance(table, dict)]


def is_number(place: Place) -> bool:
    value = place[0][place[1]]
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(place: Place) -> bool:
    return isinstance(place[0][place[1]], str)


def is_formula(place: Place) -> bool:
    return is_text(place) and place[1] in ("out", "in", "size", "channels", "classes", "when")
