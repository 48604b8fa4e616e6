"""The balance of an autoencoding critic equals numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge_blocks.losses.equilibrium import Equilibrium


def test_k_and_the_convergence_follow_the_errors_of_both_sides() -> None:
    memory = Equilibrium(gamma=0.5, rate=0.1)
    real, fake = torch.tensor([3.0, 5.0]), torch.tensor([1.0, 2.0])
    assert memory.critic(real, fake).item() == 4.0  # k is 0 at first
    assert memory.generator(torch.tensor([0.5])).item() == 0.5
    assert memory.k.item() == pytest.approx(0.1 * (0.5 * 4 - 0.5))
    assert memory.convergence.item() == pytest.approx(4 + abs(0.5 * 4 - 0.5))
    assert memory.critic(real, fake).item() == pytest.approx(4 - 0.15 * 1.5)


@pytest.mark.parametrize(("error", "k"), [(0.0, 1.0), (100.0, 0.0)])
def test_k_stays_between_0_and_1(error: float, k: float) -> None:
    memory = Equilibrium(gamma=0.5, rate=1.0)
    memory.critic(torch.tensor([4.0]), torch.tensor([1.0]))
    memory.generator(torch.tensor([error]))
    assert memory.k.item() == k


def test_the_critics_gradient_is_of_the_k_before_the_generators_turn() -> None:
    memory = Equilibrium(gamma=1.0, rate=0.25)
    memory.critic(torch.tensor([1.0]), torch.tensor([0.0]))
    memory.generator(torch.tensor([0.0]))  # k becomes 0.25
    real, fake = torch.tensor([2.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    loss = memory.critic(real, fake)
    memory.generator(fake)
    loss.backward()
    assert real.grad is not None and fake.grad is not None
    assert (real.grad.item(), fake.grad.item()) == (1.0, -0.25)


@pytest.mark.parametrize("reuse", ["true", "false"])
def test_rounds_of_began_are_those_of_a_loop_written_by_hand(reuse: str) -> None:
    small = ["n=4", "code=4", "repeat=2", "train.batch=3", f"train.reuse={reuse}"]
    small += ["losses.adversarial.rate=0.5", "train.optimizer.lr=1e-3"]
    program = import_program(compile_spec("began", small).program().text)
    cpu = torch.device("cpu")
    data, state, hand = program.open_data("shapes"), program.build(0, cpu), program.build(0, cpu)
    critic, generator = hand.networks["D"], hand.networks["G"]
    k = torch.tensor(0.0)
    for _ in range(4):
        state.start_round()
        drawn = program.draw(state, data)
        x, z, other = (*drawn, drawn[1]) if reuse == "true" else (*drawn[0], *drawn[1])
        losses = program.train_round(state, *drawn)
        state.round += 1

        real = (critic(x) - x).abs().mean()
        fake = generator(z).detach()
        of_critic = real - k * (critic(fake) - fake).abs().mean()
        fake = generator(other)
        of_generator = (critic(fake) - fake).abs().mean()
        for player, loss, network in (
            ("critic", of_critic, critic),
            ("generator", of_generator, generator),
        ):
            weights = list(network.parameters())
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                weight.grad = gradient
            assert losses[f"adversarial.{player}"].item() == pytest.approx(loss.item(), rel=1e-4)
        for optimizer in hand.optimizers.values():
            optimizer.step()
        error = (0.5 * real - of_generator).detach()
        k = (k + 0.5 * error).clamp(0, 1)
        assert losses["adversarial.k"].item() == pytest.approx(k.item(), rel=1e-4)
        convergence = (real + error.abs()).item()
        assert losses["adversarial.convergence"].item() == pytest.approx(convergence, rel=1e-4)
    assert k > 0
    for name, network in state.networks.items():
        torch.testing.assert_close(network.state_dict(), hand.networks[name].state_dict())
