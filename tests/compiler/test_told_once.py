"""One mistake is one report, and all mistakes are told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry

Critic = Callable[..., Compilation]
ONE = '{ block = "linear", out = 1 }'


def codes(compilation: Compilation) -> list[str]:
    return [diagnostic.code for diagnostic in compilation.report.diagnostics]


def test_a_mistake_in_the_common_optimizer_is_said_once(base: str, registry: Registry) -> None:
    text = base.replace("lr = 2e-4", "lr = 2e-4, esp = 1e-8")
    text += "\n[train.players.critic]\noptimizer = { lr = 1e-3 }\n"
    assert codes(compile_spec(text, registry=registry)) == ["GF102"]


def test_a_param_that_fails_is_said_once(critic: Critic) -> None:
    layers = ('{ block = "linear", out = "w" }', '{ block = "linear", out = "2 * w", act = "{w}" }')
    assert codes(critic(*layers, ONE, more='\n[params]\nw = "1 / 0"\nv = "w + 1"\n')) == ["GF119"]


def test_a_field_that_fails_is_said_once(base: str, registry: Registry) -> None:
    text = base.replace("size = 8 }", "size = 8, chanels = 1 }")
    assert codes(compile_spec(text, registry=registry)) == ["GF102"]


def test_a_network_that_fails_is_said_once(critic: Critic) -> None:
    assert codes(critic('{ block = "linear", out = 3, kernel = 3 }', ONE)) == ["GF102"]


def test_an_id_that_is_refused_is_said_once(critic: Critic) -> None:
    layers = ('{ id = "step", block = "linear", out = 8 }', '{ from = "step + step" }')
    assert codes(critic(*layers, ONE)) == ["GF101"]


def test_a_condition_of_no_field_is_reported_once(base: str, registry: Registry) -> None:
    text = base.replace('"G(z)"', '"G(concat(z, one_hot(y)))"')
    text += '\n[conditioning]\ny = { field = "label", draw = "uniform" }\n'
    assert codes(compile_spec(text, registry=registry)) == ["GF201"]


@pytest.mark.parametrize("use", ["prev", "down[0]", "concat(down[0], down[1])"])
def test_a_loop_over_what_is_unknown_is_said_once(critic: Critic, use: str) -> None:
    loop = '{ for = "i", in = "range(no)", layers = [{ block = "upsample", id = "down" }] }'
    found = critic(loop, f'{{ block = "linear", out = 1, from = "{use}" }}').report.diagnostics
    assert [d.code for d in found] == ["GF106"]


def test_files_that_extend_each_other_are_one_error(tmp_path: Path, registry: Registry) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.toml").write_text(f'ganforge = 1\nextends = "{other}.toml"\n')
    assert codes(compile_spec(tmp_path / "a.toml", registry=registry)) == ["GF108"]


def test_a_file_that_is_not_text_is_one_error(tmp_path: Path, registry: Registry) -> None:
    (tmp_path / "a.toml").write_bytes(bytes(range(256)))
    assert codes(compile_spec(tmp_path / "a.toml", registry=registry)) == ["GF121"]


def test_a_loss_that_cannot_be_read_hides_nothing_of_its_critic(
    base: str, registry: Registry
) -> None:
    text = base.replace(ONE, '{ block = "linearr", out = 1 }')
    text = text.replace('kind = "adversarial"', 'kind = "adversarial"\nobjective = "hingee"')
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.code for d in errors] == ["GF801", "GF110"]


def test_all_mistakes_of_a_layer_are_told_at_once(critic: Critic) -> None:
    wrong = 'out = 0, bias = 3, norm = "btach", act = "rleu", init = "nomral", weights = "spctral"'
    found = critic(f'{{ block = "linear", {wrong} }}', ONE)
    assert sorted(codes(found)) == ["GF114", "GF115"] + ["GF801"] * 4


def test_all_mistakes_of_an_optimizer_are_told_at_once(base: str, registry: Registry) -> None:
    text = base.replace("lr = 2e-4", "lr = -1, betas = [0.5], eps = -1")
    assert codes(compile_spec(text, registry=registry)) == ["GF115"] * 3


def test_all_mistakes_of_a_composite_block_are_told_at_once(critic: Critic, residual: str) -> None:
    layer = '{ block = "res", out = "1 // 0", norm = "layer", nrom = 3 }'
    assert codes(critic(layer, ONE, more=residual)) == ["GF119", "GF110", "GF102"]


def test_a_word_that_is_given_to_an_extended_spec_is_told_at_its_own_line(
    base: str, registry: Registry, tmp_path: Path
) -> None:
    word = 'act = { choices = ["relu", "rleu"], default = "relu" }'
    text = base.replace('"leaky-relu"', '"{act}"') + f"\n[params]\n{word}\n"
    (tmp_path / "base.toml").write_text(text)
    own = tmp_path / "own.toml"
    own.write_text('ganforge = 1\nextends = "base.toml"\n[params]\nact = { default = "rleu" }\n')
    (found,) = compile_spec(own, registry=registry).report.diagnostics
    assert found.span is not None
    assert (found.code, found.span.file, found.span.line) == ("GF801", str(own), 4)
    assert [label.text for label in found.related][:1] == ["it shows here"]
    assert found.fix is None
