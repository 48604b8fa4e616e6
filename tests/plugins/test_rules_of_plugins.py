"""Rules that plugins add: found, listed, explained, and harmless when they fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from click.testing import Result

from ganforge.diagnostics.formats import FORMATS
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import load_registry
from ganforge.plugins.view import GraphView

Install = Callable[..., Path]
Command = Callable[..., Result]

RULE = """
from ganforge.plugins import Check, Finding, Rule, Severity, hookimpl

RULE = Rule(
    "YLG001", "few-channels", Severity.WARNING, says="A layer is narrow.", why="It says little.",
    bad="out = 1", good="out = 64",
)

def find(graph):
    for network in graph.networks.values():
        for layer in network.blocks("linear"):
            if layer.params.out < 10:
                message = f"`{network.name}` has a layer of {layer.output}"
                yield Finding((*layer.path, "out"), message, "make it wider")

@hookimpl
def ganforge_register_rules():
    return [Check(RULE, find)]
"""
SPEC = """ganforge = 1
extends = "gan"
[networks.D]
layers = [
  { block = "linear", out = 1500 },
  { block = "linear", out = 3 },
  { block = "linear", out = 1 },
]
"""


def reports(found: str) -> list[str]:
    return [line for line in found.splitlines() if "YLG001" in line]


def test_a_breach_is_reported_at_its_place(install: Install, ganforge: Command) -> None:
    install("ylg", RULE)
    Path("mine.toml").write_text(SPEC)
    result = ganforge("check", "mine.toml")
    assert (
        "warning[YLG001]: `D` has a layer of 3\n"
        " --> mine.toml:6:29\n"
        "  |\n"
        '6 |   { block = "linear", out = 3 },\n'
        "  |                             ^\n"
        "  = help: make it wider\n\n"
    ) in result.output
    assert len(reports(result.output)) == 2
    assert result.exit_code == 0
    assert "YLG001" not in ganforge("check", "mine.toml", "--no-plugins").output


def test_it_is_listed_and_explained_beside_the_others(install: Install, ganforge: Command) -> None:
    install("ylg", RULE)
    assert "YLG001 warning  A layer is narrow.\n" in ganforge("rules").output
    records = json.loads(ganforge("rules", "--format", "json").output)
    assert records[-1]["slug"] == "few-channels"
    page = ganforge("rules", "--format", "md").output
    assert "## Rules of plugins\n\n### YLG001 few-channels\n" in page
    for word in ("YLG001", "ylg001", "few-channels", "ylg/YLG001"):
        assert ganforge("explain", word).output.startswith("YLG001 few-channels (warning)\n")
    assert (
        "there is no rule `YLG002`: `ganforge rules` lists" in ganforge("explain", "YLG002").stderr
    )


def test_a_rule_that_fails_is_one_warning_and_the_rest_is_checked(
    install: Install, ganforge: Command
) -> None:
    install("ylg", RULE)
    install(
        "bad", RULE.replace("YLG", "BAD").replace("few-", "no-").replace("layer.params", "network")
    )
    Path("mine.toml").write_text(SPEC)
    result = ganforge("check", "mine.toml")
    assert (
        "warning[GF811]: the rule BAD001 of bad 2.1 fails on this spec: "
        "AttributeError: 'NetworkView' object has no attribute 'out', at site/bad_module.py:"
    ) in result.output
    remedy = "this is a mistake in `bad_module`: report it to the author of bad 2.1"
    assert f"help: {remedy}; all other rules were checked\n" in result.output
    assert len(reports(result.output)) == 2
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("YLG001", "GF999", "is not named by capitals of its own (not GF) and three digits"),
        ("YLG001", "ylg-1", "is not named by capitals of its own"),
        ("few-channels", "not-whole", "has the name of another: `not-whole`"),
        ("Check(RULE, find)", "RULE", "is no Check"),
        ("Check(RULE, find)", 'Check("YLG001", find)', "AttributeError"),
    ],
)
def test_a_rule_that_is_no_rule_of_its_own_is_refused(
    install: Install, ganforge: Command, old: str, new: str, said: str
) -> None:
    install("ylg", RULE.replace(old, new))
    assert said in ganforge("plugins", "doctor").output
    assert ganforge("check", "gan").exit_code == 0


def test_what_a_rule_yields_must_be_findings(install: Install, ganforge: Command) -> None:
    install(
        "ylg", RULE.replace("yield Finding(", "yield tuple(").replace(', message, "make', ', "')
    )
    Path("mine.toml").write_text(SPEC)
    assert "warning[GF811]" in ganforge("check", "mine.toml").output


def view(monkeypatch: pytest.MonkeyPatch, spec: str) -> GraphView:
    from ganforge.graph.view import view_of

    graph = compile_spec(spec).graph
    assert graph is not None
    return view_of(graph)


def test_the_view_tells_networks_losses_and_players(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = view(monkeypatch, "dcgan")
    assert (seen.name, seen.source, seen.params["width"]) == ("dcgan", "shapes", 64)
    assert str(seen.tensors["fake"]) == "3 x 64 x 64"
    generator = seen.networks["G"]
    assert str(generator.inputs["z"]) == "100"
    assert [str(shape) for shape in generator.outputs.values()] == ["3 x 64 x 64"]
    assert len(generator.blocks("conv-transpose")) == 5
    assert [layer.block for layer in generator.layers[:4]] == [
        "reshape",
        "conv-transpose",
        "batch-norm",
        "relu",
    ]
    loss = seen.losses["adversarial"]
    assert (loss.kind, loss.moves) == ("adversarial", {"D", "G"})
    player = seen.players["critic"]
    assert (player.networks, player.losses, player.batch) == (("D",), ("adversarial",), 64)
    assert player.optimizer["betas"] == (0.5, 0.999)


def test_the_view_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = view(monkeypatch, "dcgan")
    with pytest.raises(FrozenInstanceError):
        seen.networks["G"].frozen = True  # type: ignore[misc]
    for table in (seen.params, seen.networks, seen.losses, seen.players, seen.tensors):
        with pytest.raises(TypeError):
            table["x"] = 1  # type: ignore[index]


def test_composite_blocks_are_seen_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = view(monkeypatch, "sngan")
    paths = {layer.path[:2] for layer in seen.networks["D"].layers}
    assert any(path[0] == "blocks" for path in paths)


def test_two_plugins_with_one_code_clash(install: Install, ganforge: Command) -> None:
    install("ylg", RULE)
    install("zlg", RULE.replace("few-channels", "narrow"))
    assert "YLG001" not in load_registry().rules
    told = ganforge("plugins", "doctor").output
    assert "the rule `YLG001` is given by ylg 2.1 and zlg 2.1" in told


def test_a_comment_suppresses_it(install: Install, ganforge: Command) -> None:
    install("ylg", RULE)
    narrow = "out = 3 },"
    Path("mine.toml").write_text(SPEC.replace(narrow, f"{narrow} # ganforge: ignore[YLG001] why"))
    found = ganforge("check", "mine.toml").output
    assert len(reports(found)) == 1
    assert "GF13" not in found


@pytest.mark.parametrize("name", ["YLG001", "ylg", "few-channels"])
def test_it_is_selected_and_ignored_by_its_names(
    install: Install, ganforge: Command, name: str
) -> None:
    install("ylg", RULE)
    Path("mine.toml").write_text(SPEC)
    assert len(reports(ganforge("check", "mine.toml", "--select", name).output)) == 2
    assert reports(ganforge("check", "mine.toml", "--ignore", name).output) == []
    assert reports(ganforge("check", "mine.toml", "--select", "GF7").output) == []
    told = ganforge("check", "gan", "--select", "YLG007").stderr
    assert "there is no rule `YLG007`: `ganforge rules` lists all" in told


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_it(install: Install, ganforge: Command, form: str) -> None:
    install("ylg", RULE)
    Path("mine.toml").write_text(SPEC)
    assert "YLG001" in ganforge("check", "mine.toml", "--format", form).output


OTHER = """
from ganforge.plugins import Block, Loss, Params, Ref, Term, call, hookimpl

@hookimpl
def ganforge_register_blocks():
    made = lambda p, x: call("nn.ReLU")
    return [Block("linear", "No layer of weights.", Params, lambda p, x: x, module=made)]

@hookimpl
def ganforge_register_losses():
    terms = lambda p: (Term("all", call("torch.mean", Ref("original") - 0)),)
    return [Loss("reconstruction", "Another one.", Params, ("original",), terms)]
"""
BOTH = SPEC.replace('{ block = "linear", out = 3 }', '{ block = "beta/linear" }')


def test_a_block_of_the_same_name_is_not_taken_for_the_one_that_a_rule_looks_for(
    install: Install, ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("ylg", RULE)
    install("beta", OTHER.replace(" - 0", ""))
    Path("mine.toml").write_text(BOTH)
    result = ganforge("check", "mine.toml")
    assert "GF811" not in result.output  # the rule asks the other for `out`, which it has not
    assert len(reports(result.output)) == 1
    critic = view(monkeypatch, BOTH).networks["D"]
    assert len(critic.blocks("linear")) == 2 and len(critic.blocks("beta/linear")) == 1
    code = ganforge("show", "mine.toml", "--code").output
    assert "nn.Linear(1500, 1)" in code and "beta" not in code


def test_two_plugins_with_a_block_of_one_name_are_told_apart(
    install: Install, ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = OTHER.replace('"linear"', '"wobble"').replace(" - 0", "")
    install("alpha-one", source.replace("nn.ReLU", "nn.Tanh"))
    install("beta", source)
    text = BOTH.replace("beta/linear", "beta/wobble").replace(
        'linear", out = 1500', 'Alpha_One/wobble"'
    )
    Path("mine.toml").write_text(text)
    critic = view(monkeypatch, text).networks["D"]
    assert [layer.block for layer in critic.layers] == ["alpha-one/wobble", "beta/wobble", "linear"]
    assert ganforge("emit", "mine.toml").stdout.count("nn.Tanh()") == 1


NAMED = """
from ganforge.plugins import (
    Block, Check, DataSource, Finding, Loss, Params, Ref, Rule, Severity, Term, call, hookimpl
)

RULE = Rule("CODE001", "CODE-looks", Severity.NOTE, says="It looks.", why="So.", bad="a", good="b")

def find(graph):
    critic = graph.networks["D"]
    for name in ("conv", "wobble", "alpha/wobble", "Beta/wobble", "ganforge/conv", "beta/conv"):
        for layer in critic.blocks(name):
            yield Finding(layer.path, f"{name} is {layer.block} with {layer.full_name}")
    for loss in graph.losses.values():
        yield Finding(loss.path, f"{loss.name} is {loss.kind}")

@hookimpl
def ganforge_register_rules():
    return [Check(RULE, find)]

@hookimpl
def ganforge_register_blocks():
    made = lambda p, x: call("nn.ReLU")
    return [Block(name, "It.", Params, lambda p, x: x, module=made) for name in BLOCKS]

@hookimpl
def ganforge_register_losses():
    terms = lambda p: (Term("all", call("torch.mean", Ref("original"))),)
    return [Loss("mean", "It.", Params, ("original",), terms)]
"""
NAMESAKES = """ganforge = 1
extends = "dcgan"
[networks.D]
layers = [
  { block = "alpha/wobble" },
  { block = "beta/wobble" },
  { block = "beta/conv" },
  { block = "conv", out = 1, kernel = 4 },
]
[losses.a]
kind = "alpha/mean"
original = "D(fake)"
[losses.b]
kind = "beta/mean"
original = "D(fake)"
"""


def install_namesakes(install: Install) -> None:
    install("alpha", NAMED.replace("CODE", "ALP").replace("BLOCKS", '["wobble"]'))
    install("beta", NAMED.replace("CODE", "BET").replace("BLOCKS", '["wobble", "conv"]'))
    Path("mine.toml").write_text(NAMESAKES)


def seen_by(code: str, ganforge: Command) -> list[tuple[int, str]]:
    """What a rule says of the spec's own lines, each with its line."""
    told = json.loads(ganforge("check", "mine.toml", "--select", code, "--format", "json").stdout)
    return [(d["line"], d["message"]) for d in told if d["file"] == "mine.toml"]


def test_in_a_plugin_s_rule_a_bare_name_is_its_own_where_two_plugins_give_it(
    install: Install, ganforge: Command
) -> None:
    install_namesakes(install)
    assert seen_by("ALP001", ganforge) == [
        (5, "wobble is wobble with alpha/wobble"),
        (5, "alpha/wobble is wobble with alpha/wobble"),
        (6, "Beta/wobble is beta/wobble with beta/wobble"),
        (7, "beta/conv is beta/conv with beta/conv"),
        (8, "conv is conv with ganforge/conv"),
        (8, "ganforge/conv is conv with ganforge/conv"),
        (10, "a is mean"),
        (13, "b is beta/mean"),
    ]


def test_in_a_plugin_s_rule_a_bare_name_is_its_own_where_a_built_in_block_has_it(
    install: Install, ganforge: Command
) -> None:
    install_namesakes(install)
    assert [said for said in seen_by("BET001", ganforge) if said[0] >= 7] == [
        (7, "conv is conv with beta/conv"),
        (7, "beta/conv is conv with beta/conv"),
        (8, "ganforge/conv is ganforge/conv with ganforge/conv"),
        (10, "a is alpha/mean"),
        (13, "b is mean"),
    ]
