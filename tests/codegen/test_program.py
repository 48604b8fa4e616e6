"""The program's text: what a careful person would write, whatever a spec calls its parts."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import Conv2d, Linear
from torch.nn.functional import interpolate

from ganforge.codegen.expressions import literal
from ganforge.codegen.program import docstring
from ganforge.pipeline import compile_spec

BASE = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
{x} = {{ kind = "image", channels = 3, size = 16 }}
[latents]
{z} = {{ distribution = "normal", size = 8 }}
{blocks}
[networks.{G}]
inputs = ["z"]
layers = [
  {{ block = "linear", out = 1024 }},
  {{ block = "reshape", shape = [64, 4, 4] }},
  {layers}
  {{ block = "conv", out = 3, act = "tanh" }},
]
[networks.{D}]
layers = [
  {{ block = "conv", out = 8, kernel = 4, stride = 2, act = "leaky-relu" }},
  {{ block = "linear", out = 1 }},
]
[flow]
{fake} = "{G}({z})"
[losses.{loss}]
kind = "adversarial"
real = "{D}({x})"
fake = "{D}({fake})"
{more}
[train]
batch = 2
rounds = 3
optimizer = {{ kind = "adam", lr = 2e-4 }}
{train}
"""
UP = '{ block = "upsample" }, { block = "upsample" },'


def spec(**parts: str) -> str:
    names = {"x": "x", "z": "z", "G": "G", "D": "D", "fake": "fake", "loss": "adversarial"}
    rest = {"blocks": "", "layers": UP, "more": "", "train": ""}
    return BASE.format(**{**names, **rest, **parts})


def program(text: str) -> str:
    compilation = compile_spec(text)
    assert compilation.report.ok, str(compilation.report)
    return compilation.program().text


def executed(text: str, folder: Path) -> ModuleType:
    name = f"program_{abs(hash(text))}"
    (folder / f"{name}.py").write_text(text)
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, name, "exec"), module.__dict__)
    return module


def one_round(text: str, folder: Path) -> dict[str, torch.Tensor]:
    module = executed(text, folder)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    return module.train_round(state, *module.draw(state, data))


def test_equal_turns_of_a_loop_stay_a_loop() -> None:
    layers = (
        UP
        + '{ for = "i", in = "range(9)", layers = [{ block = "conv", out = 64, act = "relu" }] },'
    )
    assert "for _ in range(9)" in program(spec(layers=layers))


def test_equal_composite_blocks_are_one_class_with_arguments() -> None:
    blocks = """
[blocks.up]
params = { out = { type = "int" } }
layers = [{ block = "upsample" }, { block = "conv", out = "out" }, { from = "prev + 0.1 * prev" }]
"""
    layers = '{ block = "up", out = 32 }, { block = "up", out = 16 },'
    text = program(spec(blocks=blocks, layers=layers))
    assert text.count("class Up(nn.Module)") == 1
    assert "Up(64, 32)" in text
    assert "Up(32, 16)" in text
    assert "nn.Conv2d(channels, out, kernel_size=3, padding=1)" in text


def test_an_activation_overwrites_only_what_a_convolution_or_norm_has_made() -> None:
    text = program(
        spec(layers=UP + '{ block = "relu" }, { block = "conv", out = 8, act = "relu" },')
    )
    assert "nn.Upsample(scale_factor=2),\n            nn.ReLU()," in text
    assert "padding=1),\n            nn.ReLU(inplace=True)," in text


NAMES = [
    "State",
    "nn",
    "torch",
    "data",
    "state",
    "t",
    "loss",
    "losses",
    "optimizer",
    "noise",
    "real",
    "F",
    "draw",
    "build",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["x", "z", "G", "fake", "loss"])
def test_a_spec_may_use_the_names_of_the_program(part: str, name: str, tmp_path: Path) -> None:
    text = program(spec(**{part: name}))
    losses = one_round(text, tmp_path)
    assert all(value.isfinite() for value in losses.values())


def test_the_critic_sees_the_generator_without_gradient_unless_the_round_shares_it() -> None:
    assert "with torch.no_grad():\n        fake = G(z)" in program(spec())
    shared = program(spec(train="reuse = true"))
    assert "with torch.no_grad" not in shared
    assert "critic_step(state, x, fake.detach())" in shared


def test_simultaneous_players_with_reuse_share_one_forward_pass() -> None:
    text = program(spec(train='reuse = true\nupdate = "simultaneous"'))
    assert text.count("D(fake)") == 1
    assert "retain_graph=True" in text


def test_simultaneous_players_without_reuse_step_after_all_gradients(tmp_path: Path) -> None:
    text = program(spec(train='update = "simultaneous"'))
    body = text[text.index("def train_round") :]
    assert body.index("generator_step(") < body.index(".step()")
    assert one_round(text, tmp_path)


def test_frozen_networks_ask_no_gradient(tmp_path: Path) -> None:
    more = """
[networks.E]
frozen = true
layers = [{ block = "conv", out = 4 }]
[losses.features]
kind = "reconstruction"
original = "E(x)"
reconstruction = "E(fake)"
"""
    module = executed(program(spec(more=more)), tmp_path)
    state = module.build(0, torch.device("cpu"))
    assert not any(p.requires_grad for p in state.networks["E"].parameters())


def test_several_critic_steps_draw_anew_each_time(tmp_path: Path) -> None:
    text = program(spec(train="[train.players.critic]\nsteps = 3"))
    module = executed(text, tmp_path)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    critic, _ = module.draw(state, data)
    assert len(critic) == 3
    assert not critic[0][0].equal(critic[1][0])


def test_with_reuse_a_player_takes_its_part_of_the_last_draw_before_it(tmp_path: Path) -> None:
    text = program(spec(train="reuse = true\n[train.players.critic]\nsteps = 3"))
    module = executed(text, tmp_path)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    drawn = module.draw(state, data)
    assert all(map(torch.equal, drawn[0][-1], drawn[1]))
    assert set(module.train_round(state, *drawn)) == {"adversarial.critic", "adversarial.generator"}
    assert state.steps == {"critic": 3, "generator": 1}


def test_steps_may_change_during_training(tmp_path: Path) -> None:
    text = program(spec(train='[train.players.critic]\nsteps = "4 if round < 1 else 2"'))
    module = executed(text, tmp_path)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    counts = []
    for state.round in range(2):
        counts.append(len(module.draw(state, data)[0]))
    assert counts == [4, 2]


def test_images_are_counted_by_the_first_players_draws(tmp_path: Path) -> None:
    module = executed(program(spec(train="[train.players.critic]\nsteps = 3")), tmp_path)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    module.train_round(state, *module.draw(state, data))
    assert state.images == 6


def test_weights_and_live_numbers_reach_the_loss() -> None:
    more = """
weight = "linear(1, 0, progress)"
[losses.near]
kind = "reconstruction"
weight = 10
original = "x"
reconstruction = "fake"
"""
    text = program(spec(more=more))
    assert "10 * near_loss" in text.replace("10.0", "10")
    assert "adversarial_weight(t) * adversarial_loss" in text


def test_live_numbers_in_wiring_follow_the_rounds(tmp_path: Path) -> None:
    text = program(spec().replace('"G(z)"', '"G(z * progress / (1 + round))"'))
    assert "return 1 + t.round" in text
    assert one_round(text, tmp_path)


def test_numbers_in_wiring_are_computed_before() -> None:
    assert "G(0.25 * z)" in program(spec().replace('"G(z)"', '"G((1 / 8 + 1 / 8) * z)"'))


def test_a_moving_average_is_kept_of_the_generators_side(tmp_path: Path) -> None:
    text = program(spec(train="ema = { decay = 0.5 }"))
    module = executed(text, tmp_path)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    state.samples = data.count
    assert set(state.averages) == {"G"}
    before = [p.clone() for p in state.averages["G"].parameters()]
    module.train_round(state, *module.draw(state, data))
    new = list(state.networks["G"].parameters())
    for kept, old, now in zip(state.averages["G"].parameters(), before, new, strict=True):
        torch.testing.assert_close(kept, (old + now.detach()) / 2)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_stays_inside_the_docstring(text: str) -> None:
    tree = ast.parse(f'"""{docstring(text)}\n"""\n')
    assert len(tree.body) == 1
    assert isinstance(tree.body[0], ast.Expr)


@given(
    st.text(max_size=40)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
def test_a_literal_reads_back_as_the_same_value(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_clipping_acts_before_and_after_the_gradients_of_any_player(tmp_path: Path) -> None:
    clips = "[train.players.critic]\nclip_weights = 0.01\nclip_gradients = 1"
    for update in ("alternating", "simultaneous"):
        text = program(spec(train=f'reuse = true\nupdate = "{update}"\n{clips}'))
        if update == "simultaneous":
            assert text.index("clip_weights(0.01, D)") < text.index("loss.backward()")
        else:  # before the round computes what the players share
            clipped = text.index('clip_weights(0.01, state.networks["D"])')
            assert clipped < text.index("losses = critic_step(")
        assert text.index("loss.backward()") < text.index("clip_grad_norm_")
        assert one_round(text, tmp_path)


def test_gradients_are_shortened_and_weights_decay_for_their_player_alone(tmp_path: Path) -> None:
    sgd = '{ kind = "sgd", lr = 0.5, weight_decay = 1 }'
    table = f"[train.players.critic]\nclip_gradients = 1e-9\noptimizer = {sgd}"
    module = executed(program(spec(train=table)), tmp_path)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    before = {name: [w.clone() for w in n.parameters()] for name, n in state.networks.items()}
    module.train_round(state, *module.draw(state, data))
    for name, kept in before.items():
        after = list(state.networks[name].parameters())
        halved = [torch.allclose(new, old / 2) for old, new in zip(kept, after, strict=True)]
        assert all(halved) if name == "D" else not any(halved)


def test_a_penalty_differentiates_by_what_it_names_and_moves_the_critic_alone() -> None:
    penalty = '[losses.penalty]\nkind = "gradient-penalty"\nscore = "D(between)"\nwrt = "between"'
    between = 'between = "interpolate(x, fake)"\n[losses.adversarial]'
    text = program(spec(more=penalty).replace("[losses.adversarial]", between))
    critic = text[text.index("def critic_step") : text.index("def generator_step")]
    assert "between = torch.lerp(x, fake, mix).requires_grad_()" in critic
    assert "gradient_penalty" not in text[text.index("def generator_step") :]


SHUFFLED = """
[losses.near]
kind = "reconstruction"
original = "one_hot(y)"
reconstruction = "global_average(fake)"
[conditioning]
y = { field = "label", draw = "shuffle" }
"""


def test_the_batch_may_be_shuffled_for_the_condition(tmp_path: Path) -> None:
    field = 'label = { kind = "class", classes = 3 }\n[latents]'
    text = program(spec(more=SHUFFLED).replace("[latents]", field))
    assert "shuffled(real" in text
    assert one_round(text, tmp_path)


VARIANTS = """
[blocks.twice]
params = { wide = 1, first = false }
layers = [
  { block = "relu", when = "not first" },
  { block = "conv", out = "channels(x) * wide" },
  { id = "h", block = "conv", out = "channels(x)" },
  { from = "x + h" },
]
"""


def test_variants_of_a_block_are_named_by_what_sets_them_apart() -> None:
    layers = """
      { block = "twice", first = true },
      { block = "twice" },
      { block = "twice", wide = 2 },
    """
    text = program(spec(blocks=VARIANTS, layers=layers + UP))
    assert "class TwiceFirst(nn.Module):" in text
    assert '"""The block `twice` with first = true."""' in text
    assert "class Twice(nn.Module):" in text
    assert "class Twice2" not in text


def test_a_value_that_nothing_needs_any_more_gives_its_name_to_the_next() -> None:
    layers = """
      { block = "twice" },
      { from = "2 * prev" },
      { block = "twice" },
      { from = "prev * prev" },
    """
    text = program(spec(blocks=VARIANTS, layers=layers + UP))
    assert "h_2" not in text.partition("class G(")[2].partition("class D(")[0]


STEP = st.tuples(st.booleans(), st.sampled_from("+-*"), st.integers(0, 3), st.booleans())
SUMS = {"+": torch.add, "-": torch.sub, "*": torch.mul}


@given(st.lists(STEP, min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_names_used_anew_change_no_value(steps: list[tuple[bool, str, int, bool]]) -> None:
    """Each step is a ReLU, or joins `prev` with a value named before; some are named in turn."""
    layers = ['{ id = "h", block = "tanh" },']
    for number, (relu, operator, back, keep) in enumerate(steps):
        other = _named(steps[:number])[-1 - back % len(_named(steps[:number]))]
        written = 'block = "relu"' if relu else f'from = "prev {operator} tanh({other})"'
        layers.append(f"{{ {f'id = {chr(34)}k{number}{chr(34)}, ' if keep else ''}{written} }},")
    module: dict[str, Any] = {"__name__": "p"}
    exec(compile(program(spec(layers="\n".join(layers) + UP)), "p", "exec"), module)
    network, z = module["G"](), torch.randn(3, 8)
    linear, convolution = (m for m in network.modules() if isinstance(m, Linear | Conv2d))
    value = linear(z).reshape(3, 64, 4, 4).tanh()
    values = {"h": value}
    for number, (relu, operator, back, keep) in enumerate(steps):
        other = list(values)[-1 - back % len(values)]
        value = value.relu() if relu else SUMS[operator](value, values[other].tanh())
        values |= {f"k{number}": value} if keep else {}
    expected = convolution(interpolate(value, scale_factor=4)).tanh()
    torch.testing.assert_close(network(z), expected)


def _named(steps: list[tuple[bool, str, int, bool]]) -> list[str]:
    return ["h", *(f"k{number}" for number, step in enumerate(steps) if step[-1])]
