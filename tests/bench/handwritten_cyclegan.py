"""A plain PyTorch loop of CycleGAN with its residual generators: the yardstick."""

from __future__ import annotations

import random
from itertools import chain

import torch
import torch.nn.functional as F
from handwritten import random_batch
from torch import Tensor, nn

Losses = dict[str, Tensor]


def normed(convolution: nn.Module, channels: int) -> list[nn.Module]:
    return [convolution, nn.InstanceNorm2d(channels), nn.ReLU(inplace=True)]


class Residual(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            *normed(nn.Conv2d(channels, channels, 3), channels),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def generator(width: int, blocks: int) -> nn.Module:
    """(B, 3, H, W) to the same size in the other domain."""
    up = {"stride": 2, "padding": 1, "output_padding": 1}
    return nn.Sequential(
        nn.ReflectionPad2d(3),
        *normed(nn.Conv2d(3, width, 7), width),
        *normed(nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), 2 * width),
        *normed(nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1), 4 * width),
        *(Residual(4 * width) for _ in range(blocks)),
        *normed(nn.ConvTranspose2d(4 * width, 2 * width, 3, **up), 2 * width),
        *normed(nn.ConvTranspose2d(2 * width, width, 3, **up), width),
        nn.ReflectionPad2d(3),
        nn.Conv2d(width, 3, 7),
        nn.Tanh(),
    )


def critic(width: int) -> nn.Module:
    """(B, 3, H, W) to a map of scores, each of a patch of 70 x 70."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
    for k, stride in enumerate((2, 2, 1)):
        channels, out = width * 2**k, width * 2 ** (k + 1)
        layers += [nn.Conv2d(channels, out, 4, stride, 1), nn.InstanceNorm2d(out)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    return nn.Sequential(*layers, nn.Conv2d(8 * width, 1, 4, 1, 1))


class Pool:
    """The last fifty images; half of those given back are old ones."""

    def __init__(self) -> None:
        self.images: list[Tensor] = []

    def query(self, new: Tensor) -> Tensor:
        given = []
        for image in new.detach():
            if len(self.images) < 50:
                self.images.append(image)
            elif random.random() < 0.5:
                slot = random.randrange(50)
                self.images[slot], image = image, self.images[slot]
            given.append(image)
        return torch.stack(given)


class CycleGan:
    """The generators' step, then the critics' on a history of images."""

    def __init__(self, blocks: int, batch: int = 1, width: int = 64) -> None:
        self.batch = batch
        self.G_ab, self.G_ba = generator(width, blocks), generator(width, blocks)
        self.D_a, self.D_b = critic(width), critic(width)
        self.pool_a, self.pool_b = Pool(), Pool()
        both = chain(self.G_ab.parameters(), self.G_ba.parameters())
        self.generators = torch.optim.Adam(both, lr=2e-4, betas=(0.5, 0.999))
        both = chain(self.D_a.parameters(), self.D_b.parameters())
        self.critics = torch.optim.Adam(both, lr=2e-4, betas=(0.5, 0.999))

    def draw(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return random_batch(images, self.batch), random_batch(images, self.batch)

    def round(self, a: Tensor, b: Tensor, *_: Tensor) -> Losses:
        fake_b, fake_a = self.G_ab(a), self.G_ba(b)
        for network in (self.D_a, self.D_b):
            network.requires_grad_(False)
        losses = {
            "adversarial_a.generator": (self.D_a(fake_a) - 1).square().mean(),
            "adversarial_b.generator": (self.D_b(fake_b) - 1).square().mean(),
            "cycle_a": F.l1_loss(self.G_ba(fake_b), a),
            "cycle_b": F.l1_loss(self.G_ab(fake_a), b),
            "identity_a": F.l1_loss(self.G_ba(a), a),
            "identity_b": F.l1_loss(self.G_ab(b), b),
        }
        weights = {"cycle_a": 10, "cycle_b": 10, "identity_a": 5, "identity_b": 5}
        self.generators.zero_grad()
        torch.stack([weights.get(name, 1) * loss for name, loss in losses.items()]).sum().backward()
        self.generators.step()
        self.critics.zero_grad()
        for name, network, real, fake, pool in (
            ("a", self.D_a, a, fake_a, self.pool_a),
            ("b", self.D_b, b, fake_b, self.pool_b),
        ):
            network.requires_grad_(True)
            shown = pool.query(fake)
            of_real, of_fake = (network(real) - 1).square().mean(), network(shown).square().mean()
            losses[f"adversarial_{name}.critic"] = loss = 0.5 * (of_real + of_fake)
            loss.backward()
        self.critics.step()
        return losses
