"""Plain PyTorch loops of the same networks, as a researcher would copy them: the yardstick."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Step = Callable[[], None]


def dcgan_networks(size: int, width: int = 64) -> tuple[nn.Module, nn.Module]:
    """The generator and critic of the PyTorch example, for any power of two from 16 on."""
    steps = size.bit_length() - 4
    layers: list[nn.Module] = []
    channels = width * 2**steps
    layers += [nn.ConvTranspose2d(100, channels, 4, 1, 0, bias=False)]
    layers += [nn.BatchNorm2d(channels), nn.ReLU(True)]
    for _ in range(steps):
        layers += [nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1, bias=False)]
        channels //= 2
        layers += [nn.BatchNorm2d(channels), nn.ReLU(True)]
    layers += [nn.ConvTranspose2d(channels, 3, 4, 2, 1, bias=False), nn.Tanh()]
    critic: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    channels = width
    for _ in range(steps):
        critic += [nn.Conv2d(channels, channels * 2, 4, 2, 1, bias=False)]
        channels *= 2
        critic += [nn.BatchNorm2d(channels), nn.LeakyReLU(0.2, True)]
    critic += [nn.Conv2d(channels, 1, 4, 1, 0, bias=False)]
    return nn.Sequential(*layers).apply(_init), nn.Sequential(*critic).apply(_init)


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def dcgan_loop(images: Tensor, batch: int) -> Step:
    """One round: the critic on real and generated images, then the generator on the same ones."""
    generator, critic = dcgan_networks(images.shape[-1])
    critic_optimizer = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    generator_optimizer = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def step() -> None:
        real = random_batch(images, batch)
        fake = generator(torch.randn(batch, 100, 1, 1))
        critic_optimizer.zero_grad()
        loss = F.softplus(-critic(real)).mean() + F.softplus(critic(fake.detach())).mean()
        loss.backward()
        critic_optimizer.step()
        generator_optimizer.zero_grad()
        F.softplus(-critic(fake)).mean().backward()
        generator_optimizer.step()

    return step


class Maxout(nn.Module):
    """The largest of five linear pieces per unit."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, units * 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).unflatten(-1, (-1, 5)).amax(-1)


def gan_loop(images: Tensor, batch: int) -> Step:
    """The 2014 GAN on MNIST's size: critic, then generator, from one batch."""
    generator = nn.Sequential(
        nn.Linear(100, 1200),
        nn.ReLU(),
        nn.Linear(1200, 1200),
        nn.ReLU(),
        nn.Linear(1200, 784),
        nn.Sigmoid(),
    )
    critic = nn.Sequential(
        nn.Dropout(0.2),
        Maxout(784, 240),
        nn.Dropout(0.5),
        Maxout(240, 240),
        nn.Dropout(0.5),
        nn.Linear(240, 1),
    )
    critic_optimizer = torch.optim.SGD(critic.parameters(), lr=0.1, momentum=0.5)
    generator_optimizer = torch.optim.SGD(generator.parameters(), lr=0.1, momentum=0.5)

    def step() -> None:
        real = random_batch(images, batch).flatten(1)
        fake = generator((torch.rand(batch, 100) * 2 - 1) * 3**0.5)
        critic_optimizer.zero_grad()
        real_loss, fake_loss = (
            F.softplus(-critic(real)).mean(),
            F.softplus(critic(fake.detach())).mean(),
        )
        (0.5 * real_loss + 0.5 * fake_loss).backward()
        critic_optimizer.step()
        generator_optimizer.zero_grad()
        F.softplus(-critic(fake)).mean().backward()
        generator_optimizer.step()

    return step


def random_batch(images: Tensor, batch: int) -> Tensor:
    """Random images from memory, normalised on the way."""
    raw = images[torch.randint(len(images), (batch,))]
    return raw.float() / 127.5 - 1
