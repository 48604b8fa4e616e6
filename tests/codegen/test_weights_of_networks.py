"""Losses over the weights of networks: what they are given, and whom they move."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins import Loss, Ref, Term, call
from ganforge.plugins.registry import Catalog, Registry, load_registry
from ganforge.runs.programs import import_program
from ganforge.runtime.options import StagedOptions
from ganforge.runtime.weights import learned_weights
from ganforge_blocks.losses.orthogonal import orthogonal

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
SIMPLE = '{ block = "linear", out = 64, act = "tanh" }'
NAMED = """
  { id = "first", block = "linear", out = 32, act = "relu" },
  { block = "linear", out = 32, act = "relu" },
  { for = "i", in = "range(2)", layers = [
    { id = "twice", block = "linear", out = 64, act = "relu" },
  ] },
  { block = "linear", out = 64, act = "tanh" }"""
LOSS = """
[losses.weights]
kind = "orthogonal"
networks = {networks}
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def spec(networks: str, more: str = "", layers: str = SIMPLE) -> str:
    return BASE.replace(SIMPLE, layers) + LOSS.format(networks=networks) + more


def compiled(text: str, registry: Registry | None = None) -> Compilation:
    compilation = compile_spec(text, registry=registry)
    assert compilation.report.ok, str(compilation.report)
    return compilation


def module(text: str, registry: Registry | None = None) -> ModuleType:
    return import_program(compiled(text, registry).program().text)


def one_round(program: ModuleType) -> tuple[Any, dict[str, Tensor]]:
    """The state after a round, and the losses of the round."""
    state, data = program.build(0, torch.device("cpu")), program.open_data("shapes")
    return state, program.train_round(state, *program.draw(state, data))


def moved(text: str) -> set[str]:
    graph = compiled(text).graph
    assert graph is not None
    return {name for term in graph.terms if term.loss == "weights" for name in term.moves}


def test_a_loss_moves_the_networks_that_it_names_and_no_others() -> None:
    assert moved(spec('["G"]')) == {"G"}
    assert moved(spec('["G", "D"]')) == {"G", "D"}
    assert moved(spec('["G", "D"]', 'trains = ["D"]')) == {"D"}


def test_its_value_is_that_of_the_weights_before_the_step() -> None:
    program = module(spec('["G"]'))
    before = program.build(0, torch.device("cpu")).networks["G"]
    expected = sum(
        (gram - gram.diag().diag()).square().sum()
        for layer in before.modules()
        if isinstance(layer, nn.Linear)
        for gram in [layer.weight @ layer.weight.T]
    )
    torch.testing.assert_close(one_round(program)[1]["weights"], expected.detach())


def test_its_gradient_is_added_with_its_weight() -> None:
    texts = (BASE, *(spec('["G"]', f"weight = {weight}") for weight in (1.0, 2.0)))
    gradients = []
    for text in texts:
        network = one_round(module(text.replace("lr = 2e-4", "lr = 0")))[0].networks["G"]
        gradients.append([weight.grad for weight in network.parameters()])
    for plain, once, twice in zip(*gradients, strict=True):
        torch.testing.assert_close(twice - plain, 2 * (once - plain))
    assert any((once - plain).abs().max() > 0 for plain, once, _ in zip(*gradients, strict=True))


@pytest.mark.parametrize("more", ["", '\n[train]\nupdate = "simultaneous"\nreuse = true\n'])
def test_each_player_moves_its_own_network_of_several(more: str) -> None:
    """With a large weight the loss of both networks falls, and neither gets the other's step."""
    text = spec('["G", "D"]', "weight = 100").replace("lr = 2e-4", "lr = 1e-3")
    text = text.replace("[train]", more.strip() or "[train]")
    program = module(text)
    state, data = program.build(0, torch.device("cpu")), program.open_data("shapes")
    networks = list(state.networks.values())
    before = orthogonal(learned_weights(networks)).item()
    for _ in range(20):
        program.train_round(state, *program.draw(state, data))
    assert orthogonal(learned_weights(networks)).item() < 0.9 * before


def counted(weights: list[Tensor]) -> Tensor:
    """The loss of somebody else: how many numbers the weights are."""
    return torch.stack([0 * weight.sum() + weight.numel() for weight in weights]).sum()


@pytest.fixture
def other(registry: Registry) -> Registry:
    """A registry with that loss."""
    terms = (Term("all", call(f"{__name__}:counted", Ref("of"))),)
    params = registry.losses["orthogonal"].params
    loss = Loss("counted", "Counts weights.", params, (), lambda p: terms, networks=("of",))
    losses = Catalog({**registry.losses.bare, "counted": loss}, registry.losses.full)
    return replace(registry, losses=losses)


@pytest.mark.parametrize(
    ("networks", "left_out", "count"),
    [
        ('"G"', "", 512 + 1024 + 2048 + 4096 + 4096),
        ('"G.first"', "", 512),
        ('"G.twice"', "", 2048 + 4096),
        ('"G", "G.first"', "", 512 + 1024 + 2048 + 4096 + 4096),
        ('"G"', '"G.twice", "G.first"', 1024 + 4096),
    ],
)
def test_a_loss_of_a_plugin_is_given_the_weights_that_are_named_and_not_left_out(
    other: Registry, networks: str, left_out: str, count: int
) -> None:
    more = f"except = [{left_out}]" if left_out else ""
    text = spec(f"[{networks}]", more, NAMED).replace("networks = [", "of = [")
    text = text.replace('kind = "orthogonal"', 'kind = "counted"')
    assert one_round(module(text, other))[1]["weights"].item() == count


def test_weights_are_given_as_they_are_learned_with_a_row_for_each_output() -> None:
    conv, up = nn.Conv2d(3, 5, 3), nn.ConvTranspose2d(3, 5, 3)
    nn.utils.parametrizations.spectral_norm(conv)
    with torch.no_grad():
        conv.parametrizations.weight.original.mul_(7)
    network = nn.Sequential(conv, nn.BatchNorm2d(5), up, nn.Embedding(4, 2), conv)
    weights = learned_weights([network])
    assert [tuple(w.shape) for w in weights] == [(5, 3, 3, 3), (5, 3, 3, 3), (4, 2)]
    assert weights[0] is conv.parametrizations.weight.original
    torch.testing.assert_close(weights[1], up.weight.transpose(0, 1))
    assert [tuple(w.shape) for w in learned_weights([network], left_out=[up])][1:] == [(4, 2)]


def test_stages_take_layers_that_any_of_them_names(tmp_path: Path) -> None:
    stages = """
[stages.plain]
rounds = 2
losses = ["adversarial"]

[stages.kept_apart]
rounds = 2
"""
    text = spec('["G"]', 'except = ["G.twice"]', NAMED).replace("rounds = 10\n", "")
    program = module(text + stages)
    logged = list(program.train(StagedOptions(tmp_path, "shapes", log_every=1)))
    assert ["weights" in line for line in logged] == [False, False, True, True]
