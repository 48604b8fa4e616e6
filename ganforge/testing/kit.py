"""`conformance`: a plugin's parts, and what each of them promises, as tests of pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

from ganforge.plugins.manager import GROUP
from ganforge.plugins.registry import Catalog, Registry, load_registry
from ganforge.testing.blocks import CLAIMS
from ganforge.testing.cases import Cases
from ganforge.testing.example import block_example_checks, loss_example_checks
from ganforge.testing.losses import CLAIMS as LOSS_CLAIMS
from ganforge.testing.losses import LossCases
from ganforge.testing.unmet import Unmet

Samples = Mapping[str, Sequence[Any]]
"""By name, as `Sample` for blocks and `LossSample` for losses."""


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
        name of a loss, parameters and the shapes of its tensors by their names.
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
    """What a plugin promises, by itself and for each of its blocks and losses."""
    registry = load_registry(_points(plugin))
    everything = _with_others(registry)
    return [
        *_loads(plugin, registry),
        *_of_blocks(registry, samples, everything),
        *_of_losses(registry, samples, everything),
    ]


def _points(plugin: str) -> list[EntryPoint]:
    """The entry points of a distribution; else one for a module."""
    wanted = plugin.replace("_", "-").lower()
    installed = [
        point
        for point in entry_points(group=GROUP)
        if point.dist is not None and point.dist.name.replace("_", "-").lower() == wanted
    ]
    return installed or [EntryPoint("plugin", plugin, GROUP)]


def _loads(plugin: str, registry: Registry) -> Iterator[Claim]:
    def check() -> None:
        for diagnostic in registry.diagnostics:
            raise Unmet(diagnostic.message, plugin, diagnostic.help or "repair its module")
        if not registry.owners:
            remedy = 'install it (`pip install -e .`), or name its module: conformance("my_module")'
            raise Unmet("it gives nothing", plugin, remedy)

    yield Claim(plugin, check, "loads")


def _of_blocks(registry: Registry, samples: Samples, everything: Registry) -> Iterator[Claim]:
    for name, block in registry.blocks.items():
        cases = Cases(block, samples.get(name, ()))
        for promise in CLAIMS:
            yield Claim(name, partial(promise, cases), promise.__name__)
        checked = partial(block_example_checks, cases, everything)
        yield Claim(name, checked, "has_an_example_that_checks")


def _of_losses(registry: Registry, samples: Samples, everything: Registry) -> Iterator[Claim]:
    for name, loss in registry.losses.items():
        cases = LossCases(loss, samples.get(name, ()))
        for promise in LOSS_CLAIMS:
            yield Claim(name, partial(promise, cases), promise.__name__)
        checked = partial(loss_example_checks, loss, everything)
        yield Claim(name, checked, "has_an_example_that_checks")


def _with_others(own: Registry) -> Registry:
    """What specs may use: the plugin, and over it what is installed."""
    others = load_registry()
    return replace(
        others,
        blocks=_merged(others.blocks, own.blocks),
        losses=_merged(others.losses, own.losses),
        inits=_merged(others.inits, own.inits),
        weights=_merged(others.weights, own.weights),
        diagnostics=(),
    )


def _merged(one: Catalog[Any], other: Catalog[Any]) -> Catalog[Any]:
    return Catalog({**one.bare, **other.bare}, {**one.full, **other.full})
