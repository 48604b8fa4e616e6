"""Penalties and games as papers name them: what is written for a name checks, and gives the
gradients of a computation by hand.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import load_registry
from ganforge.runs.programs import import_program

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
WAYS = {n: way for loss in load_registry().losses.values() for n, way in loss.known_as.items()}
PENALTIES = load_registry().losses["gradient-penalty"].known_as
Drawn = dict[str, Tensor]


def written(name: str) -> str:
    """The keys that a name stands for, as lines."""
    return "\n".join(re.findall(r"`([^`]+ = [^`]+)`", WAYS[name]))


@pytest.mark.parametrize("name", WAYS)
def test_what_is_written_for_a_name_checks_and_trains(name: str) -> None:
    text, keys = BASE.replace("batch = 8", "batch = 64"), written(name)
    if name in PENALTIES:
        text += f"\n[losses.penalty]\n{keys}"
    else:
        text = text.replace('kind = "adversarial"', keys)
    compilation = compile_spec(text)
    assert compilation.report.ok, compilation.report
    module = import_program(compilation.program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    losses = module.train_round(state, *module.draw(state, data))
    assert all(loss.isfinite() for loss in losses.values())


def slope(critic: nn.Module, at: Tensor) -> Tensor:
    """The norm of the gradient for each sample on its own; it can be differentiated."""
    norms = []
    for sample in at:
        point = sample[None].detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(point).sum(), point, create_graph=True)
        norms.append(gradient.square().sum().sqrt())
    return torch.stack(norms)


def between(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    return a + share * (b - a)


def near(d: Drawn) -> Tensor:
    noisy = d["x"] + 0.5 * d["x"].std(correction=0) * d["jitter"]
    return between(d["x"], noisy, d["mix"])


BY_HAND: dict[str, Callable[[nn.Module, Drawn], Tensor]] = {
    "wgan-gp": lambda c, d: (slope(c, between(d["x"], d["fake"], d["mix"])) - 1).square().mean(),
    "wgan-lp": lambda c, d: (
        (slope(c, between(d["x"], d["fake"], d["mix"])) - 1).clamp(min=0).square().mean()
    ),
    "r1": lambda c, d: slope(c, d["x"]).square().mean(),
    "r2": lambda c, d: slope(c, d["fake"]).square().mean(),
    "zero-centred": lambda c, d: slope(c, between(d["x"], d["fake"], d["mix"])).square().mean(),
    "dragan": lambda c, d: (slope(c, near(d)) - 1).square().mean(),
}


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_penalty_moves_the_critic_by_the_gradient_worked_out_by_hand(
    name: str, update: str
) -> None:
    text = BASE.replace("batch = 8", f'batch = 8\nupdate = "{update}"')
    text = text.replace('act = "leaky-relu"', 'act = "tanh"', 1)  # a slope that is not constant
    text += f"\n[losses.penalty]\nweight = 10\n{written(name)}"
    module = import_program(compile_spec(text).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    for network in state.networks.values():  # slopes far from 0 and from 1
        for weight in network.parameters():
            weight.data.mul_(3)
    critic, generator = (copy.deepcopy(state.networks[n]) for n in ("D", "G"))
    given, *rest = module.draw(state, data)
    names = list(inspect.signature(module.critic_step).parameters)[1:]
    drawn = dict(zip(names, given, strict=True))
    losses = module.train_round(state, given, *rest)

    drawn["fake"] = generator(drawn["z"]).detach()
    expected = BY_HAND[name](critic, drawn)
    game = F.softplus(-critic(drawn["x"])).mean() + F.softplus(critic(drawn["fake"])).mean()
    (game + 10 * expected).backward()
    assert expected > 0.01
    torch.testing.assert_close(losses["penalty"], expected.detach(), rtol=1e-4, atol=1e-6)
    moved = zip(state.networks["D"].parameters(), critic.parameters(), strict=True)
    for weight, by_hand in moved:
        torch.testing.assert_close(weight.grad, by_hand.grad, rtol=1e-3, atol=1e-5)
    assert all(w.grad is not None for w in state.networks["G"].parameters())


def test_lecam_moves_the_critic_alone_and_resumes_bit_for_bit(
    trained: Callable[..., bytes],
) -> None:
    lecam = '\n[losses.lecam]\nkind = "lecam"\nweight = 0.3\nreal = "D(x)"\nfake = "D(fake)"'
    program = compile_spec(BASE + lecam).program()
    module, plain = import_program(program.text), import_program(compile_spec(BASE).program().text)
    generators = []
    for made in (module, plain):
        state, data = made.build(0, torch.device("cpu")), made.open_data("shapes")
        state.samples = data.count
        losses = made.train_round(state, *made.draw(state, data))
        generators.append(losses["adversarial.critic"])
        assert ("lecam.critic" in losses) == (made is module)
    assert generators[0].equal(generators[1])  # the first loss is of equal weights

    whole = trained(program.text, "whole", 6)
    assert trained(program.text, "parts", 2, 6) == whole
    assert trained(standalone(program, "test"), "script", 6) == whole
