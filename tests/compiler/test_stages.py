"""Each stage is compiled as a spec of its own, and the report is that of one spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.graph import Graph
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry

TEXT = (Path(__file__).parents[1] / "cases" / "two-stages.toml").read_text()


@pytest.fixture
def compiled(registry: Registry) -> Compilation:
    return compile_spec(TEXT, registry=registry)


def stages(registry: Registry, text: str) -> tuple[Graph, ...]:
    compilation = compile_spec(text, registry=registry)
    assert compilation.report.ok and compilation.graph, str(compilation.report)
    return compilation.graph.stages


def codes(registry: Registry, text: str) -> list[str]:
    return [d.code for d in compile_spec(text, registry=registry).report.diagnostics]


def test_a_stage_has_its_own_losses_and_players(registry: Registry) -> None:
    low, high = stages(registry, TEXT)
    assert (list(low.losses), list(high.losses)) == (["first"], ["second"])
    players = [[(p.name, p.networks) for p in graph.players] for graph in (low, high)]
    assert players[0] == [("critic", ("D1",)), ("generator", ("G1",))]
    assert players[1] == [("critic", ("D2",)), ("generator", ("G2",))]


def test_without_train_a_stage_moves_all_that_its_losses_reach(registry: Registry) -> None:
    text = TEXT.replace('train = ["G2", "D2"]\n', "")
    assert stages(registry, text)[1].players[1].networks == ("G1", "G2")


def test_the_keys_of_a_stage_are_laid_over_those_of_train(registry: Registry) -> None:
    own = "rounds = 5\nbatch = 2\noptimizer = { lr = 1e-3 }\nplayers = { critic = { steps = 2 } }"
    text = TEXT.replace("[train]\n", "[train]\nepochs = 3\nreuse = true\n")
    low, high = (graph.spec for graph in stages(registry, text.replace("rounds = 5", own)))
    assert (low.train.rounds, low.train.epochs, low.train.batch) == (6, None, 4)
    assert (high.train.rounds, high.train.epochs, high.train.batch) == (5, None, 2)
    assert high.train.reuse and high.train.players["critic"].steps == 2
    assert high.optimizers[""].lr == 1e-3 and low.optimizers[""].lr == 2e-4


def test_a_mistake_in_several_stages_is_told_once(registry: Registry) -> None:
    assert codes(registry, TEXT.replace("[1, 4, 4]", "[1, 5, 4]")) == ["GF307"]
    assert codes(registry, TEXT.replace("lr = 2e-4", 'lr = "2e-4 - 1e-3 * progress"')) == ["GF607"]


def test_what_is_wrong_in_train_stands_at_the_stage_that_says_it(registry: Registry) -> None:
    text = TEXT.replace("rounds = 5", "rounds = 5\nbatch = 0")
    [found] = compile_spec(text, registry=registry).report.diagnostics
    assert (found.code, found.path) == ("GF115", "stages.high.batch")


def test_what_one_stage_does_not_use_another_may(registry: Registry) -> None:
    assert codes(registry, TEXT) == []
    unused = TEXT.replace("[flow]\n", '[flow]\nnoise = "downsample(high)"\n')
    assert codes(registry, unused) == ["GF213"]


def test_a_table_of_a_player_counts_if_one_stage_has_it(registry: Registry) -> None:
    pixel = 'kind = "reconstruction"\noriginal = "x"\nreconstruction = "high"\n'
    text = TEXT.replace("[stages.low]\n", f"[losses.pixel]\n{pixel}\n[stages.low]\n")
    text = text.replace('losses = ["first"]', 'losses = ["pixel"]')
    text = text.replace('losses = ["second"]\ntrain = ["G2", "D2"]', "")
    text = text.replace("[train]\n", "[train.players.critic]\nbatch = 2\n\n[train]\n")
    assert codes(registry, text) == []
    assert codes(registry, text.replace("players.critic", "players.judge")) == ["GF602"]


def test_a_frozen_network_needs_no_training(registry: Registry) -> None:
    text = TEXT.replace("[networks.G1]\n", "[networks.G1]\nfrozen = true\n")
    start, end = text.index("[stages.low]"), text.index("[stages.high]")
    text = text[:start] + text[end:]
    text = text[: text.index("[losses.first]")] + text[text.index("[losses.second]") :]
    assert set(codes(registry, text)) == {"GF214", "GF213"}


@pytest.mark.parametrize("start", ["low", "high", "lwo"])
def test_a_stage_starts_from_one_that_stands_before_it(registry: Registry, start: str) -> None:
    text = TEXT.replace("rounds = 5", f'rounds = 5\ninit_from = "{start}"')
    assert codes(registry, text) == ([] if start == "low" else ["GF602"])


def test_the_length_of_a_stage_does_not_change_the_hash(registry: Registry) -> None:
    def hashed(text: str) -> str:
        return compile_spec(text, registry=registry).program().spec_hash

    assert hashed(TEXT) == hashed(TEXT.replace("rounds = 5", "epochs = 2"))
    assert hashed(TEXT) != hashed(TEXT.replace("rounds = 5", "rounds = 5\nbatch = 2"))


def test_what_two_stages_draw_under_one_name_is_told_apart(registry: Registry) -> None:
    between = "interpolate(flatten(small), flatten(low))"
    text = TEXT.replace(
        "[stages.low]\n",
        '[networks.P]\nlayers = [{ block = "linear", out = 1 }]\n\n'
        '[losses.p]\nkind = "adversarial"\nreal = "P(flatten(small))"\nfake = "P(flatten(low))"\n\n'
        f'[losses.a]\nkind = "gradient-penalty"\nscore = "P({between})"\nwrt = "{between}"\n\n'
        '[losses.b]\nkind = "gradient-penalty"\nscore = "D2(interpolate(x, high))"\n'
        'wrt = "interpolate(x, high)"\n\n[stages.low]\n',
    )
    text = text.replace('["first"]', '["first", "p", "a"]').replace('["second"]', '["second", "b"]')
    text = text.replace("lr = 2e-4", "lr = 2e-4, betas = [0, 0.9]")
    assert codes(registry, text) == []
    program = compile_spec(text, registry=registry).program().text
    assert "def draw_mix(count" in program and "def high_draw_mix(count" in program
    assert "*drawn: Any" in program and "\nfrom typing import Any\n" in program
    step = program.partition("def high_draw_for_critic")[2].partition("\ndef ")[0]
    assert "high_draw_mix(" in step and " draw_mix(" not in step
