"""`conformance`: a plugin's parts, and what each of them promises, as tests of pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any

import pytest

from ganforge.plugins.kinds import KINDS
from ganforge.plugins.manager import GROUP
from ganforge.plugins.registry import Catalog, Registry, load_registry
from ganforge.plugins.selection import OWN
from ganforge.testing import inits, losses, metrics, rules, sources, weights
from ganforge.testing.blocks import CLAIMS
from ganforge.testing.cases import Cases
from ganforge.testing.example import has_an_example_that_checks, loss_has_an_example_that_checks
from ganforge.testing.inits import InitCases
from ganforge.testing.losses import LossCases
from ganforge.testing.metrics import MetricCases
from ganforge.testing.others import (
    COMMAND_CLAIMS,
    SPEC_CLAIMS,
    CommandCases,
    SpecCases,
    declares_without_torch,
)
from ganforge.testing.rules import RuleCases
from ganforge.testing.source_cases import SourceCases
from ganforge.testing.unmet import Unmet
from ganforge.testing.weights import WeightCases

Samples = Mapping[str, Sequence[Any]]
"""By name, or by kind and name such as `"loss ssim"`: `Sample` for blocks, `LossSample` for losses,
`SourceSample` for data sources, `RuleSample` for rules, parameters for inits and weights.
"""


@dataclass(frozen=True)
class Claim:
    """One promise of one part of a plugin."""

    part: str
    promise: Callable[[], None]
    name: str

    def __str__(self) -> str:
        return f"{self.part}-{self.name}"

    def check(self) -> None:
        """Raises `Unmet` where the promise is not kept."""
        self.promise()


def conformance(plugin: str, samples: Samples | None = None) -> Callable[[Claim], None]:
    """A test for pytest that checks everything a plugin gives; one line in a test file:

        test_conformance = conformance("my-distribution")

    plugin: the distribution as it is installed, or the module that its entry point names.
    samples: by the name of a block, parameters and input shapes that it takes, for those whose
        cases are not found by drawing: `{"blur": [({"size": 3}, [Tensor((3, 8, 8))])]}`. By the
        name of a loss, parameters and the shapes of its tensors by their names. By the name of a
        data source, paths to a few samples, or functions that write some into the folder that they
        are given and return the path. By the code of a rule, a spec that breaks it and one that
        does not.
    """

    @pytest.mark.parametrize("claim", claims_of(plugin, samples or {}), ids=str)
    def test(claim: Claim) -> None:
        __tracebackhide__ = True
        found = ""
        try:
            claim.check()
        except Unmet as unmet:
            found = str(unmet)
        if found:
            pytest.fail(found, pytrace=False)

    return test


def claims_of(plugin: str, samples: Samples) -> list[Claim]:
    """What a plugin promises, by itself and for each thing that it gives."""
    points = _points(plugin)
    registry = load_registry(points)
    others = load_registry()
    everything = _with_others(registry, others)
    claims = [*_of_plugin(plugin, points, registry, others)]
    for kind in KINDS:
        for name, declared in registry.catalog(kind).items():
            given = samples.get(f"{kind.noun} {name}", samples.get(name, ()))
            for promise in _promises(kind.noun, declared, given, everything):
                claims.append(Claim(name, promise, promise.func.__name__))
    return claims


def _promises(
    noun: str, declared: Any, samples: Sequence[Any], everything: Registry
) -> Iterator[partial[None]]:
    """What a thing of this kind promises, each as a function that raises `Unmet`."""
    cases: Any
    claims: Sequence[Callable[[Any], None]]
    match noun:
        case "block":
            cases, claims = Cases(declared, samples), CLAIMS
        case "loss":
            cases, claims = LossCases(declared, samples), losses.CLAIMS
        case "init":
            cases, claims = InitCases(declared, samples), inits.CLAIMS
        case "parametrisation":
            cases, claims = WeightCases(declared, samples), weights.CLAIMS
        case "data source":
            cases, claims = SourceCases(declared, samples), sources.CLAIMS
        case "metric":
            cases, claims = MetricCases(declared, samples), metrics.CLAIMS
        case "spec":
            cases, claims = SpecCases(declared, samples, everything), SPEC_CLAIMS
        case "rule":
            cases, claims = RuleCases(declared, samples, everything), rules.CLAIMS
        case _:
            cases, claims = CommandCases(declared, samples), COMMAND_CLAIMS
    yield from (partial(promise, cases) for promise in claims)
    if noun == "block":
        yield partial(has_an_example_that_checks, cases, everything)
    if noun == "loss":
        yield partial(loss_has_an_example_that_checks, declared, everything)


def _points(plugin: str) -> list[EntryPoint]:
    """The entry points of a distribution; else one for a module."""
    wanted = plugin.replace("_", "-").lower()
    installed = [
        point
        for point in entry_points(group=GROUP)
        if point.dist is not None and point.dist.name.replace("_", "-").lower() == wanted
    ]
    return installed or [EntryPoint("plugin", plugin, GROUP)]


def _of_plugin(
    plugin: str, points: Sequence[EntryPoint], registry: Registry, others: Registry
) -> Iterator[Claim]:
    """What it promises as a whole."""
    yield Claim(plugin, partial(_loads, plugin, points, registry), "loads")
    if registry.owners:
        yield Claim(
            plugin,
            partial(_takes_no_built_in_name, points, registry, others),
            "takes_no_built_in_name",
        )
        promise = partial(declares_without_torch, points, plugin)
        yield Claim(plugin, promise, "declares_without_torch")


def _loads(plugin: str, points: Sequence[EntryPoint], registry: Registry) -> None:
    install = 'install it (`pip install -e .`), or name its module: conformance("my_module")'
    if points[0].dist is None and not _is_module(plugin):
        raise Unmet("no installed distribution or module has this name", plugin, install)
    for diagnostic in registry.diagnostics:
        raise Unmet(diagnostic.message, plugin, diagnostic.help or "repair its module")
    if not registry.owners:
        raise Unmet("it gives nothing", plugin, install)


def _takes_no_built_in_name(
    points: Sequence[EntryPoint], registry: Registry, others: Registry
) -> None:
    """A built-in part keeps its name, so specs could name the plugin's in full alone."""
    built_in = {p.value for p in entry_points(group=GROUP) if p.dist and p.dist.name == OWN}
    if built_in & {point.value for point in points}:
        return
    for (noun, name), owner in registry.owners.items():
        other, bare = others.owners.get((noun, name)), name.rpartition("/")[2]
        shared = other is not None and owner.distribution != other.distribution == OWN
        if shared or (noun, name) in registry.hidden:
            what = f"the {noun} `{bare}` has the name of a built-in one, which is not replaced"
            raise Unmet(what, bare, "give it another name")


def _is_module(name: str) -> bool:
    """Whether a module of this name can be found; nothing of it is run."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _with_others(own: Registry, others: Registry) -> Registry:
    """What specs may use: the plugin, and over it what is installed."""
    merged: dict[str, Any] = {
        kind.field: _merged(others.catalog(kind), own.catalog(kind)) for kind in KINDS
    }
    merged |= {"owners": {**others.owners, **own.owners}, "diagnostics": ()}
    return replace(others, **merged)


def _merged(one: Catalog[Any], other: Catalog[Any]) -> Catalog[Any]:
    return Catalog({**one.bare, **other.bare}, {**one.full, **other.full})
