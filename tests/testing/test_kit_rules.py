"""What the kit says of rules, commands and specs that are not as they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from ganforge.plugins import Check, Command, Finding, GraphView, Rule, Severity, SpecFile
from ganforge.plugins.absence import Owner
from ganforge.plugins.registry import Catalog, load_registry
from ganforge.testing.others import COMMAND_CLAIMS, SPEC_CLAIMS, CommandCases, SpecCases
from ganforge.testing.rules import CLAIMS, RuleCases
from ganforge.testing.unmet import Unmet

HERE = __name__
FEW = Rule(
    "OWN001",
    "few-samples",
    Severity.WARNING,
    says="A player sees few samples.",
    why="Our boards compare runs of at least 16.",
    bad="batch = 4",
    good="batch = 16",
)
WIDE = replace(
    FEW,
    bad='{ block = "conv", out = 512 }',
    good='{ block = "conv", out = 8 }',
)


def few(graph: GraphView) -> Iterator[Finding]:
    for player in graph.players.values():
        if player.batch < 16:
            yield Finding(("train", "batch"), "few samples", "take at least 16")


def wide(graph: GraphView) -> Iterator[Finding]:
    for network in graph.networks.values():
        for layer in network.blocks("conv"):
            if layer.output.channels > 256:  # type: ignore[union-attr]
                yield Finding(layer.path, "a wide layer", "take fewer channels")


def silent(graph: GraphView) -> Iterator[Finding]:
    return iter(())


def helpless(graph: GraphView) -> Iterator[Finding]:
    return (replace(found, help=None) for found in few(graph))


def eager(graph: GraphView) -> Iterator[Finding]:
    yield Finding(("train",), "always", "never mind")


def careless(graph: GraphView) -> Iterator[Finding]:
    assert graph.networks["G"].inputs["z"] and graph.params.get("size", 16) == 16
    return few(graph)


def cases(find: Callable[[GraphView], Any], rule: Rule = FEW, *samples: Any) -> RuleCases:
    check, registry = Check(rule, find), load_registry()
    alone = Catalog({rule.code: check}, {f"own/{rule.code}": check})
    owners = {**registry.owners, ("rule", rule.code): Owner("own", "1.0")}
    return RuleCases(check, samples, replace(registry, rules=alone, owners=owners))


def broken(claims: Any, given: Any, promise: str = "") -> list[str]:
    said = []
    for claim in claims:
        if promise in claim.__name__:
            try:
                claim(given)
            except Unmet as unmet:
                said.append(f"{claim.__name__}: {unmet}")
    return said


def test_a_sound_rule_keeps_every_promise() -> None:
    assert broken(CLAIMS, cases(few)) == []


def test_an_example_that_is_a_layer_is_tried_as_one() -> None:
    assert broken(CLAIMS, cases(wide, WIDE), "tells") == []


def test_specs_of_the_author_go_before_the_examples(tmp_path: Path) -> None:
    few_samples = 'ganforge = 1\nextends = "dcgan"\n[train]\nbatch = 4\n'
    (tmp_path / "good.toml").write_text(few_samples.replace("= 4", "= 32"))
    rule = replace(FEW, bad="nothing", good="that could stand in a spec")
    given = cases(few, rule, (few_samples, tmp_path / "good.toml"))
    assert broken(CLAIMS, given, "tells") == []


@pytest.mark.parametrize(
    ("given", "promise", "said"),
    [
        (cases(few, replace(FEW, why="so")), "declaration", "its `why` is no sentence"),
        (cases(few, replace(FEW, good="")), "declaration", "it has no `good` example"),
        (cases(silent), "tells", "or give two specs: conformance(..., samples={'OWN001': "),
        (cases(few, replace(FEW, good="batch = 8")), "tells", "its `good` example is not good"),
        (cases(few, replace(FEW, good="batch = 0")), "tells", "its `good` example is not good"),
        (cases(helpless), "tells", "it does not say what to do: few samples"),
        (cases(eager), "tells", "not good: OWN001 always"),
        (cases(careless), "looks", "the rule OWN001 of own 1.0 fails on this spec: "),
    ],
)
def test_each_mistake_of_a_rule_is_found_and_told(
    given: RuleCases, promise: str, said: str
) -> None:
    (found,) = broken(CLAIMS, given, promise)
    assert said in found and "what to do: " in found


@click.command()
@click.option("--far", help="How far.")
@click.option("--seed", default=0, show_default=True)
def sound(far: str, seed: int) -> None:
    """Go far."""


@click.command()
@click.option("--far")
def unexplained(far: str) -> None:
    """Go far."""


@click.command()
def mute() -> None: ...


def plain() -> None: ...


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sound", ""),
        ("plain", "write `@click.command()` above the function"),
        ("mute", "give its function a docstring"),
        ("unexplained", "`--far` is not explained"),
        ("absent", "does not load"),
    ],
)
def test_mistakes_of_commands_are_told(name: str, said: str) -> None:
    declared = Command("go", "Go far.", f"{HERE}:{name}")
    found = broken(COMMAND_CLAIMS[:1], CommandCases(declared))
    found = found or broken(COMMAND_CLAIMS, CommandCases(declared))
    assert [said in text for text in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[gan]\nname = "own"', ""),
        ("", "its file says that its name is `dcgan`"),
        ('[gan]\nname = "own"\ntitle = ""', "it has no title"),
        ('[gan]\nname = "own"\n[params]\nwidth = 0', "GF"),
    ],
)
def test_mistakes_of_specs_are_told(tmp_path: Path, text: str, said: str) -> None:
    text = text if "title" in text else text.replace('"own"', '"own"\ntitle = "Own"')
    (tmp_path / "own.toml").write_text(f'ganforge = 1\nextends = "dcgan"\n{text}')
    declared = SpecFile("own", tmp_path / "own.toml")
    found = broken(SPEC_CLAIMS[:1], SpecCases(declared, (), load_registry()))
    assert [said in text for text in found] == ([True] if said else [])
    if not said:
        assert broken(SPEC_CLAIMS, SpecCases(declared, (), load_registry())) == []
