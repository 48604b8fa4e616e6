"""Whom a loss moves, the players and their optimisers: each through a spec, its graph and its
program.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ganforge.graph import Graph
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry

Critic = Callable[..., Compilation]
ONE = '{ block = "linear", out = 1 }'
LOSS = '[losses.{name}]\nkind = "adversarial"\nreal = "{real}"\nfake = "{fake}"\n\n[train]'
PIXELS = (
    '[losses.pixels]\nkind = "reconstruction"\noriginal = "x"\nreconstruction = "{}"\n\n[train]'
)


def graph_of(compilation: Compilation) -> Graph:
    assert compilation.report.ok, str(compilation.report)
    assert compilation.graph is not None
    compile(compilation.program().text, "program", "exec")
    return compilation.graph


def players_of(compilation: Compilation) -> dict[str, tuple[str, ...]]:
    return {player.name: player.networks for player in graph_of(compilation).players}


def moved_by(compilation: Compilation, loss: str) -> list[set[str]]:
    return [set(term.moves) for term in graph_of(compilation).terms if term.loss == loss]


def codes(compilation: Compilation) -> list[str]:
    return [diagnostic.code for diagnostic in compilation.report.diagnostics]


def test_an_adversarial_loss_moves_its_critic_and_what_is_upstream(
    base: str, registry: Registry
) -> None:
    assert moved_by(compile_spec(base, registry=registry), "adversarial") == [{"D"}, {"G"}]


def test_another_loss_moves_all_it_reaches(base: str, registry: Registry) -> None:
    found = compile_spec(base.replace("[train]", PIXELS.format("fake")), registry=registry)
    assert moved_by(found, "pixels") == [{"G"}]


def test_detach_cuts_the_gradient(base: str, registry: Registry) -> None:
    text = base.replace("[train]", PIXELS.format("G(detach(G2(z)) * z)"))
    text += '\n[networks.G2]\nlayers = [{ block = "linear", out = 16 }]\n'
    assert codes(compile_spec(text, registry=registry)) == ["GF402"]
    reached = compile_spec(text.replace("detach(G2(z))", "G2(z)"), registry=registry)
    assert moved_by(reached, "pixels") == [{"G", "G2"}]


def test_a_frozen_network_is_moved_by_nothing(base: str, registry: Registry) -> None:
    text = base.replace("[networks.D]", "[networks.D]\nfrozen = true")
    text = text.replace('fake = "D(fake)"', 'fake = "D(fake)"\ntrains = ["G"]')
    found = compile_spec(text, registry=registry)
    assert moved_by(found, "adversarial") == [{"G"}]
    assert players_of(found) == {"generator": ("G",)}


def test_trains_narrows_what_a_loss_moves(base: str, registry: Registry) -> None:
    text = base.replace("[train]", PIXELS.format("G(E(z))").replace("\n\n", '\ntrains = ["E"]\n\n'))
    text += '\n[networks.E]\nlayers = [{ block = "linear", out = 16 }]\n'
    assert moved_by(compile_spec(text, registry=registry), "pixels") == [{"E"}]


@pytest.mark.parametrize("frozen", ["G", "D"])
def test_a_frozen_side_is_no_game_unless_trains_says_so(
    base: str, registry: Registry, frozen: str
) -> None:
    text = base.replace(f"[networks.{frozen}]", f"[networks.{frozen}]\nfrozen = true")
    assert codes(compile_spec(text, registry=registry)) == ["GF415"]
    other = "D" if frozen == "G" else "G"
    text = text.replace('fake = "D(fake)"', f'fake = "D(fake)"\ntrains = ["{other}"]')
    assert graph_of(compile_spec(text, registry=registry)).players


def test_a_network_that_judges_itself_is_no_game(base: str, registry: Registry) -> None:
    text = base.replace('"D(x)"', '"G(z)"').replace('"D(fake)"', '"G(z)"')
    assert "GF415" in codes(compile_spec(text, registry=registry))


def test_like_has_the_layers_of_another_and_weights_of_its_own(
    base: str, registry: Registry
) -> None:
    text = f'{base}\n[networks.E]\nlike = "D"\n'
    text = text.replace("[train]", LOSS.format(name="second", real="E(x)", fake="E(fake)"))
    found = compile_spec(text, registry=registry)
    assert players_of(found) == {"critic": ("D", "E"), "generator": ("G",)}
    assert found.program().text.count("class ") == compile_spec(
        base, registry=registry
    ).program().text.count("class ")


def test_a_network_is_used_where_another_one_is_like_it(critic: Critic) -> None:
    more = '[networks.E]\nlayers = [{ block = "linear", out = 1 }]\n[networks.F]\nlike = "E"\n'
    more += '[losses.other]\nkind = "drift"\nscore = "F(x)"\n'
    compilation = critic(ONE, more=more)
    assert codes(compilation) == []
    assert "class E(nn.Module)" in compilation.program().text


def test_players_are_named_and_ordered_by_the_spec(base: str, registry: Registry) -> None:
    players = '[train.players.judge]\nnetworks = ["D"]\nsteps = 2\n'
    text = base.replace("batch = 8", 'batch = 8\norder = ["generator", "judge"]') + players
    assert list(players_of(compile_spec(text, registry=registry))) == ["generator", "judge"]


def test_a_players_optimizer_is_laid_over_the_common_one(base: str, registry: Registry) -> None:
    text = f"{base}\n[train.players.critic]\noptimizer = {{ lr = 1e-3 }}\n"
    optimizers = graph_of(compile_spec(text, registry=registry)).spec.optimizers
    assert (optimizers["critic"].kind, optimizers["critic"].lr) == ("adam", 1e-3)


@pytest.mark.parametrize(
    "more", ['update = "simultaneous"', "reuse = true", "ema = { decay = 0.9 }"]
)
def test_ways_to_update_change_the_program(base: str, registry: Registry, more: str) -> None:
    found = compile_spec(base.replace("batch = 8", f"batch = 8\n{more}"), registry=registry)
    assert graph_of(found)
    assert found.program().text != compile_spec(base, registry=registry).program().text


@pytest.mark.parametrize(
    "formula",
    [
        "linear(2e-4, 0, progress)",
        "cosine(1, 0, kimg / 2)",
        "exponential(1, 1e-3, kimg / 2)",
        "staircase(2e-4, 0.5, epoch / 10)",
        "2e-4 * 0.5 ** floor(epoch / 10)",
    ],
)
def test_a_live_formula_is_computed_by_the_program(
    base: str, registry: Registry, formula: str
) -> None:
    found = compile_spec(base.replace("2e-4", f'"{formula}"'), registry=registry)
    assert graph_of(found)
    assert "t." in found.program().text
