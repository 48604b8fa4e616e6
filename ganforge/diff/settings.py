"""What a spec says besides layers, as sections of keys and values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganforge.diff.changes import Change
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.plan.plan import Plan
from ganforge.plugins.params import Params
from ganforge.show.describe import loss_about, plain, players_about, training_about


@dataclass(frozen=True)
class Setting:
    """A value as it is written. default: it is what holds without it."""

    text: str
    default: bool = False


Settings = dict[str, Setting]


def sections_of(plan: Plan) -> dict[str, Settings]:
    """By title, in the order in which they are shown."""
    graph = plan.graph
    spec = graph.spec
    losses = {loss.name: _loss(graph, loss) for loss in graph.losses.values()}
    return {
        "Spec": flat({"title": spec.gan.title, "paper": spec.gan.paper}),
        "Params": flat(dict(spec.params)),
        "Data": flat(_data(plan)),
        "Latents": flat(spec.latents),
        "Conditioning": flat(spec.conditions),
        "Wiring": flat(spec.flow),
        "Losses": flat(losses),
        "Players": flat({player.pop("name"): player for player in players_about(plan)}),
        "Training": flat(training_about(plan)),
        "Samples": flat({"": spec.sample, "latents": spec.sampled_latents}),
    }


def _data(plan: Plan) -> dict[str, Any]:
    data = plan.graph.spec.data
    assert data is not None
    return {"source": data.source.name, "": data.options, " ": data.table, **data.fields}


def _loss(graph: Graph, loss: GraphLoss) -> dict[str, Any]:
    """A loss in its parts; `moves` says of each side whom it moves."""
    terms = loss_about(graph, loss)["terms"]
    sides = {"all": "moves", "critic": "critic's part moves", "generator": "generator's part moves"}
    moves = {sides[term["side"]]: ", ".join(term["moves"]) for term in terms}
    named = {key: list(networks) for key, networks in loss.spec.networks.items()}
    return {"": loss.spec.table, " ": loss.spec.params, **loss.spec.tensors, **named, **moves}


def flat(values: Mapping[str, Any]) -> Settings:
    """Tables in each other as dotted keys. Keys of blanks stand for no name of their own."""
    return dict(_pairs(values, ""))


def _pairs(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Setting]]:
    for key, value in values.items():
        name = f"{prefix}{key}".strip() if key.strip() else prefix.rstrip(".")
        below = f"{name}." if name else ""
        if isinstance(value, Params):
            yield from _fields(value, below)
        elif isinstance(value, Mapping):
            yield from _pairs(value, below)
        elif value is not None and value != "":
            yield name, Setting(written(plain(value)))


def _fields(params: Params, prefix: str) -> Iterator[tuple[str, Setting]]:
    for name, about in type(params).model_fields.items():
        value = getattr(params, name)
        if isinstance(value, Params):
            yield from _fields(value, f"{prefix}{name}.")
        elif isinstance(value, Mapping):
            yield from _pairs(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", Setting(written(plain(value)), value == about.default)


def written(value: Any) -> str:
    """A value as TOML has it, words without quotes."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def changes(before: Settings, after: Settings, renamed: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs, in the order of the second spec, what fell away at its old place.

    renamed: networks by their name before. A value that differs by these names only is equal.
    """
    keys = list(after)
    for place, key in enumerate(before):
        if key not in after:
            keys.insert(min(place, len(keys)), key)
    found = []
    for key in keys:
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            if not (one or other or Setting("", default=True)).default:
                found.append(Change(key, one.text if one else None, other.text if other else None))
        elif _with_names(one.text, renamed) != other.text:
            found.append(Change(key, one.text, other.text))
    return tuple(found)


def _with_names(text: str, renamed: Mapping[str, str]) -> str:
    if not renamed:
        return text
    names = "|".join(map(re.escape, renamed))
    return re.sub(rf"(?<![\w.])({names})(?!\w)", lambda match: renamed[match[1]], text)
