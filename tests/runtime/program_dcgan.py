# ruff: noqa: N806
"""dcgan: a tiny one, with dropout and an average.

Paper: https://arxiv.org/abs/1511.06434
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from ganforge.runtime.averages import average_of, update_average
from ganforge.runtime.data import Data, next_batch
from ganforge.runtime.errors import RunError
from ganforge.runtime.options import Options
from ganforge.runtime.players import frozen
from ganforge.runtime.run import Run
from ganforge.runtime.samples import save_grid
from ganforge.runtime.state import State, random_stream
from ganforge_blocks.inits import init_normal
from ganforge_blocks.losses.adversarial import non_saturating_critic, non_saturating_generator
from ganforge_blocks.sources.folder import open_folder
from ganforge_blocks.sources.shapes import open_shapes

NAME = "dcgan"
SPEC = "0f3c6d1e9a7b5c24"  # changes with whatever changes a round of training
FIELDS = {"x": {"kind": "image", "channels": 3, "size": (16, 16)}}
BATCH = 4
EPOCHS = 25
LR = 2e-4
BETAS = (0.5, 0.999)
MEMORY_FORMAT = torch.channels_last


class G(nn.Module):
    """z (8) to an image (3, 16, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (8, 1, 1)),
            nn.ConvTranspose2d(8, 8, 4, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(8, 4, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(4, 3, 4, stride=2, padding=1, bias=False),
            nn.Tanh(),
        )
        init_normal(self, std=0.02, norm_std=0.02)

    def forward(self, z: Tensor) -> Tensor:
        return self.layers(z)


class D(nn.Module):
    """x (3, 16, 16) to a score (1, 1, 1); the dropout shows whether its stream is resumed."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 4, stride=2, padding=1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Dropout(0.3),
            nn.Conv2d(4, 8, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8, 1, 4, bias=False),
        )
        init_normal(self, std=0.02, norm_std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def build(seed: int, device: torch.device) -> State:
    """Networks and optimisers as they are before the first round."""
    torch.manual_seed(seed)
    networks: dict[str, nn.Module] = {"G": G(), "D": D()}
    for network in networks.values():
        network.to(device=device, memory_format=MEMORY_FORMAT)
    fused = device.type != "meta"
    optimizers: dict[str, torch.optim.Optimizer] = {
        "critic": torch.optim.Adam(networks["D"].parameters(), lr=LR, betas=BETAS, fused=fused),
        "generator": torch.optim.Adam(networks["G"].parameters(), lr=LR, betas=BETAS, fused=fused),
    }
    state = State(networks, optimizers, random_stream(seed, "noise", device), seed)
    state.averages = {"G": average_of(networks["G"])}
    return state


def draw_z(count: int, noise: torch.Generator) -> Tensor:
    """The latents z (count, 8): normal."""
    return torch.randn(count, 8, generator=noise, device=noise.device)


def draw(state: State, data: Data) -> tuple[Tensor, Tensor]:
    """All that is random in a round, drawn up front: images x and latents z for both players."""
    real = next_batch(state, data, BATCH)
    return real["x"].to(memory_format=MEMORY_FORMAT) / 127.5 - 1.0, draw_z(BATCH, state.noise)


def critic_step(state: State, x: Tensor, fake: Tensor) -> dict[str, Tensor]:
    """One update of D; `fake` carries no gradient."""
    D, optimizer = state.networks["D"], state.optimizers["critic"]
    loss = non_saturating_critic(D(x), D(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    state.steps["critic"] += 1
    return {"adversarial.critic": loss.detach()}


def generator_step(state: State, fake: Tensor) -> dict[str, Tensor]:
    """One update of G through D."""
    D, optimizer = state.networks["D"], state.optimizers["generator"]
    with frozen(D):
        loss = non_saturating_generator(D(fake))
        optimizer.zero_grad()
        loss.backward()
    optimizer.step()
    state.steps["generator"] += 1
    return {"adversarial.generator": loss.detach()}


def train_round(state: State, x: Tensor, z: Tensor) -> dict[str, Tensor]:
    """One turn of every player, on one draw; the losses stay on the device."""
    fake = state.networks["G"](z)
    losses = critic_step(state, x, fake.detach())
    losses |= generator_step(state, fake)
    update_average(state.averages["G"], state.networks["G"], 0.9)
    state.images += BATCH
    return losses


@torch.no_grad()
def sample(state: State, count: int, seed: int) -> Tensor:
    """Images (count, 3, 16, 16) in -1..1 from a random stream of their own."""
    G = copy.deepcopy(state.averages["G"]).eval()
    noise = random_stream(seed, "samples", state.noise.device)
    torch.manual_seed(seed)  # noise inside the networks; rounds seed it anew
    return G(draw_z(count, noise))


def save_samples(state: State, path: Path, count: int = 8) -> None:
    """Write a grid of images, from the same latents every time."""
    save_grid(sample(state, count, state.seed), path, columns=8, low=-1.0, high=1.0)


def open_data(source: str) -> Data:
    """The data set of `--data NAME` or `--data NAME:PATH`."""
    name, _, path = source.partition(":")
    if name == "shapes":
        return open_shapes(path, FIELDS, count=10)
    if name == "folder":
        return open_folder(path, FIELDS)
    raise RunError(f"{name!r} is no source of data: say `shapes` or `folder:PATH`.")


def train(options: Options) -> Iterator[dict[str, float]]:
    """Train as far as the options say; yields the metrics of every logged round."""
    data = open_data(options.data)
    state = build(options.seed, torch.device(options.device))
    state.samples = data.count
    run = Run(state, options, SPEC)
    while state.images < EPOCHS * state.samples and run.goes_on():
        state.start_round()
        run.end_round(train_round(state, *draw(state, data)))
        if run.logs():
            yield run.log()
        if state.round % options.checkpoint_every == 0:
            run.save()
        if state.round % options.sample_every == 0:
            save_samples(state, run.samples())
    if state.round > run.logged:
        yield run.log()
    if state.round > 0:
        run.save()
        save_samples(state, run.samples())
