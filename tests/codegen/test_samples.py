"""Samples that are made from data."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import Tensor

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

SPEC = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
a = { kind = "image", channels = 3, size = 16 }
b = { kind = "image", channels = 1, size = 16, range = [0, 1] }
label = { kind = "class", classes = 10 }
[conditioning]
y = { field = "label", draw = "same" }
[networks.G]
inputs = ["a", "y"]
layers = [
  { block = "embedding", out = 3, from = "y", id = "label" },
  { block = "conv", out = 8, kernel = 5, norm = "batch", from = "a + tile(label, a)" },
  { block = "conv", out = 1, act = "sigmoid" },
]
[networks.D]
inputs = ["a", "b"]
layers = [{ block = "linear", out = 1, from = "concat(a, b)" }]
[flow]
fake = "G(a, y)"
[losses.adversarial]
kind = "adversarial"
real = "D(a, b)"
fake = "D(a, fake)"
[train]
batch = 1
rounds = 3
reuse = true
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
statistics = "STATISTICS"
images = ["b", "fake"]
"""


def program(statistics: str = "batch", shown: str = "") -> ModuleType:
    text = SPEC.replace("STATISTICS", statistics)
    text = text.replace('["b", "fake"]', shown) if shown else text
    compilation = compile_spec(text)
    assert compilation.report.ok, str(compilation.report)
    return import_program(compilation.program().text)


def sampled(module: ModuleType, count: int) -> tuple[Tensor, dict[str, Tensor], torch.nn.Module]:
    """Samples, the real samples they show, and the network in training mode."""
    data, state = module.open_data("shapes"), module.build(0, torch.device("cpu"))
    module.train_round(state, *module.draw(state, data))
    before = {name: value.clone() for name, value in state.tensors().items()}
    where = (state.drawn, state.noise.get_state())
    real = module.first_batch(state, data, count, 3)
    images = module.sample(state, real, count, 3)
    assert state.drawn == where[0] and state.noise.get_state().equal(where[1])
    assert all(value.equal(before[name]) for name, value in state.tensors().items())
    return images, real, state.networks["G"].train()


def test_a_row_shows_one_sample_of_the_data_in_its_fields_range() -> None:
    images, real, _ = sampled(program(), 4)
    assert images.shape == (8, 1, 16, 16)
    torch.testing.assert_close(images[::2], real["b"] / 255)
    assert not images[0].equal(images[2])


def test_a_condition_that_is_the_same_goes_with_its_sample_and_running_averages_are_kept() -> None:
    images, real, network = sampled(program("running"), 4)
    with torch.no_grad():
        expected = network.eval()(real["a"] / 127.5 - 1, real["label"])
    torch.testing.assert_close(images[1::2], expected)


def test_the_statistics_of_batches_are_those_that_training_has() -> None:
    images, real, network = sampled(program("batch"), 3)
    with torch.no_grad():
        alone = [
            network(real["a"][k : k + 1] / 127.5 - 1, real["label"][k : k + 1]) for k in (0, 1, 2)
        ]
    torch.testing.assert_close(images[1::2], torch.cat(alone))


@pytest.mark.parametrize("count", [1, 7])
def test_samples_stay_the_same_however_many_are_shown(count: int) -> None:
    module = program()
    few, many = (sampled(module, n)[0] for n in (count, 9))
    assert few.equal(many[: 2 * count])


def test_a_spec_that_shows_nothing_shows_what_its_critic_judges_as_generated() -> None:
    module = program("running", "[]")
    images, real, network = sampled(module, 2)
    with torch.no_grad():
        expected = network.eval()(real["a"] / 127.5 - 1, real["label"])
    torch.testing.assert_close(images, expected)


def test_what_is_held_out_is_shown_as_it_is_and_nothing_of_training() -> None:
    kept = 'source = "shapes"\nholdout = 6\nload_size = 20\ncrop = "random"\nflip = true'
    compilation = compile_spec(
        SPEC.replace('source = "shapes"', kept).replace("STATISTICS", "batch")
    )
    assert compilation.report.ok, str(compilation.report)
    module = import_program(compilation.program().text)
    images, _, _ = sampled(module, 6)
    held_out = module.open_data("shapes").held_out
    expected = held_out.read(list(range(6)))["b"] / 255
    shown = {tuple(image.flatten().tolist()) for image in images[::2]}
    assert shown == {tuple(image.flatten().tolist()) for image in expected}


ASKED = """
ganforge = 1
extends = "sngan-projection"
[gan]
name = "asked"
[params]
g = 8
d = 8
[train]
batch = 4
[sample]
statistics = "standing"
"""


def test_passes_for_statistics_leave_the_classes_that_were_asked_for() -> None:
    module = import_program(compile_spec(ASKED).program().text)
    state = module.build(0, torch.device("cpu"))
    one, seven = (module.sample(state, 6, seed=1, y=torch.full((6,), k)) for k in (1, 7))
    assert one.shape == (6, 3, 32, 32)
    with torch.no_grad():
        for norm in state.networks["G"].modules():
            if hasattr(norm, "shift"):
                norm.shift[7] += 1
    changed = module.sample(state, 6, seed=1, y=torch.full((6,), 7))
    assert not torch.equal(changed, seven)
