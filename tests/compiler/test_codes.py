"""Latents that a network is asked for: who learns from it, and what is drawn for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

GOOD = Path(__file__).parent.parent / "cases" / "GF410-logits-of-a-code.good.toml"
WHOLE = GOOD.read_text().replace('extends = "base.toml"', f'extends = "{GOOD.parent}/base.toml"')
TABLE = 'codes = { c = "Q(fake)" }'
PLAYERS = """
[train.players.critic]
networks = ["D", "Q"]
"""


@pytest.fixture
def compiled(registry: Registry, tmp_path: Path):
    def compiled(text: str):
        (tmp_path / "spec.toml").write_text(text)
        return compile_spec(tmp_path / "spec.toml", registry=registry)

    return compiled


def test_information_moves_the_generator_and_whoever_tells_the_code(compiled) -> None:
    plan = compiled(WHOLE + PLAYERS).plan
    assert [s.player.networks for s in plan.steps] == [("D", "Q"), ("G",)]
    assert all("code" in {term.loss for term in s.terms} for s in plan.steps)
    assert all("c" in s.sources for s in plan.steps)


def test_a_player_passes_the_gradient_on_through_networks_of_the_other(compiled) -> None:
    plan = compiled(WHOLE + PLAYERS).plan
    assert plan.steps[1].frozen == ("D", "Q")


def test_detach_keeps_the_generator_out_of_it(compiled) -> None:
    graph = compiled(WHOLE.replace(TABLE, 'codes = { c = "Q(detach(fake))" }')).graph
    (term,) = (term for term in graph.terms if term.loss == "code")
    assert term.moves == {"Q"}


@pytest.mark.parametrize(
    ("table", "code", "says"),
    [
        ("", "GF111", "needs `codes`"),
        ("codes = {}", "GF111", "needs `codes`"),
        ('codes = "Q(fake)"', "GF114", "must be a table"),
        ("codes = { c = 3 }", "GF114", "must be wiring"),
        ('codes = { x = "Q(fake)" }', "GF419", "`x` is no latent"),
        ('codes = { c = "Q(fake)", d = "Q(fake)" }', "GF419", "`d` is no latent"),
    ],
)
def test_a_table_that_cannot_be_is_reported_once(compiled, table, code, says) -> None:
    report = compiled(WHOLE.replace(TABLE, table)).report
    assert [d.code for d in report.diagnostics] == [code]
    assert says in report.diagnostics[0].message


def test_a_condition_is_no_code(compiled) -> None:
    more = """
[data.fields]
label = { kind = "class", classes = 10 }
[conditioning]
y = { field = "label" }
"""
    text = (WHOLE + more).replace('G(z, c)"', 'G(z, y)"').replace("{ c =", "{ y =")
    (found,) = compiled(text).report.diagnostics
    assert (found.code, found.help) == ("GF419", "a condition is asked for by `auxiliary-class`")
