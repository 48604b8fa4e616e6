"""A plain PyTorch loop of StyleGAN2: grouped convolutions with weights of each sample, both lazy
penalties. It draws for itself, or takes what ganforge has drawn.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from handwritten import random_batch
from torch import Tensor, nn

Drawn = tuple[tuple[Tensor, ...], tuple[Tensor, ...]]
Losses = dict[str, Tensor]
PATH_EVERY, R1_EVERY, GAMMA = 4, 16, 1.0


def fir(x: Tensor, up: int = 1, down: int = 1, pad: int = 0) -> Tensor:
    """The filter [1, 3, 3, 1] with zeros outside."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    kernel = taps.outer(taps).expand(x.shape[1], 1, 4, 4)
    if up == 2:
        return F.conv_transpose2d(x, 4 * kernel, stride=2, padding=1, groups=x.shape[1])
    return F.conv2d(x, kernel, stride=down, padding=pad, groups=x.shape[1])


class Linear(nn.Module):
    """A linear layer with an equalised rate."""

    def __init__(self, size: int, out: int, lr: float = 1.0, start: float = 0.0) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(out))
        self.weight = nn.Parameter(torch.randn(out, size) / lr)
        self.gain, self.lr, self.start = lr / math.sqrt(size), lr, start

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.gain, self.bias * self.lr + self.start)


class Conv(nn.Module):
    """A convolution with an equalised rate."""

    def __init__(self, channels: int, out: int, kernel: int, bias: bool = True) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(out)) if bias else None
        self.weight = nn.Parameter(torch.randn(out, channels, kernel, kernel))
        self.gain = 1 / math.sqrt(channels * kernel**2)

    def forward(self, x: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
        return F.conv2d(x, self.weight * self.gain, self.bias, stride, padding)


class Modulated(nn.Module):
    """A convolution whose weights are made for each sample."""

    def __init__(self, channels: int, style: int, out: int, kernel: int, up: bool) -> None:
        super().__init__()
        self.up, self.padding, self.demodulate = up, kernel // 2, kernel > 1
        self.affine = Linear(style, channels, start=1.0)
        self.weight = nn.Parameter(torch.randn(out, channels, kernel, kernel))
        self.gain = 1 / math.sqrt(channels * kernel**2)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        n, c, height, width = x.shape
        weight = self.gain * self.weight * self.affine(w)[:, None, :, None, None]
        if self.demodulate:
            weight = weight * (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
        x = x.reshape(1, n * c, height, width)
        if self.up:
            weight = weight.transpose(1, 2).flatten(0, 1)
            h = F.conv_transpose2d(x, weight, stride=2, groups=n)
            return 4 * fir(h.reshape(n, -1, 2 * height + 1, 2 * width + 1), pad=1)
        h = F.conv2d(x, weight.flatten(0, 1), padding=self.padding, groups=n)
        return h.reshape(n, -1, height, width)


class Styled(nn.Module):
    def __init__(self, channels: int, style: int, out: int, up: bool = False) -> None:
        super().__init__()
        self.conv = Modulated(channels, style, out, 3, up)
        self.strength = nn.Parameter(torch.zeros(1))
        self.bias = nn.Parameter(torch.zeros(out))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        h = self.conv(x, w)
        h = h + self.strength * torch.randn(len(h), 1, *h.shape[2:])
        return F.leaky_relu(h + self.bias[:, None, None], 0.2) * math.sqrt(2)


class ToRgb(nn.Module):
    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.conv = Modulated(channels, style, 3, 1, up=False)
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        return self.conv(x, w) + self.bias[:, None, None]


class Mapping(nn.Module):
    """A latent to a style, which is repeated for each layer; the mean of styles is kept."""

    def __init__(self, size: int, layers: int, count: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Linear(size, size, lr=0.01) for _ in range(layers))
        self.count = count
        self.register_buffer("mean", torch.zeros(size))

    def forward(self, z: Tensor) -> Tensor:
        w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2) * math.sqrt(2)
        self.mean.lerp_(w.detach().mean(0), 0.005)
        return w[:, None].repeat(1, self.count, 1)


class Synthesis(nn.Module):
    """Styles (B, layers, N) to images."""

    def __init__(self, widths: list[int], style: int) -> None:
        super().__init__()
        self.constant = nn.Parameter(torch.randn(widths[0], 4, 4))
        pairs = zip([widths[0], *widths], widths, strict=False)
        self.layers = nn.ModuleList()
        for k, (channels, out) in enumerate(pairs):
            if k > 0:
                self.layers.append(Styled(channels, style, out, up=True))
            self.layers.append(Styled(out, style, out))
            self.layers.append(ToRgb(out, style))

    def forward(self, w: Tensor) -> Tensor:
        x = self.layers[0](self.constant.expand(len(w), -1, -1, -1), w[:, 0])
        image = self.layers[1](x, w[:, 1])
        for k in range(2, len(self.layers), 3):
            place = 2 * (k - 2) // 3 + 1
            x = self.layers[k + 1](self.layers[k](x, w[:, place]), w[:, place + 1])
            image = fir(image, up=2) + self.layers[k + 2](x, w[:, place + 2])
        return image


class Residual(nn.Module):
    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.skip = Conv(channels, out, 1, bias=False)
        self.first, self.second = Conv(channels, channels, 3), Conv(channels, out, 3)

    def forward(self, x: Tensor) -> Tensor:
        h = F.leaky_relu(self.first(x, padding=1), 0.2) * math.sqrt(2)
        h = F.leaky_relu(self.second(fir(h, pad=2), stride=2), 0.2) * math.sqrt(2)
        return (h + self.skip(fir(x, down=2, pad=1))) * math.sqrt(0.5)


class Critic(nn.Module):
    def __init__(self, widths: list[int], group: int) -> None:
        super().__init__()
        self.group, turned = group, widths[::-1]
        self.colours = Conv(3, turned[0], 1)
        self.blocks = nn.Sequential(*(Residual(a, b) for a, b in pairwise(turned)))
        self.conv = Conv(widths[0] + 1, widths[0], 3)
        self.first, self.last = Linear(16 * widths[0], widths[0]), Linear(widths[0], 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(F.leaky_relu(self.colours(x), 0.2) * math.sqrt(2))
        group = math.gcd(len(x), self.group)
        deviation = (x.unflatten(0, (group, -1)).var(0, correction=0) + 1e-8).sqrt()
        feature = deviation.mean((1, 2, 3)).repeat(group)[:, None, None, None]
        x = torch.cat([x, feature.expand(-1, 1, 4, 4)], 1)
        x = F.leaky_relu(self.conv(x, padding=1), 0.2) * math.sqrt(2)
        return self.last(F.leaky_relu(self.first(x.flatten(1)), 0.2) * math.sqrt(2))


class StyleGan2:
    """The generator's step and in one of four its path length, the critic's and in one of 16 R1."""

    def __init__(self, widths: list[int], style: int, mapping: int, batch: int) -> None:
        self.batch, self.style, self.size = batch, style, 4 * 2 ** (len(widths) - 1)
        self.M = Mapping(style, mapping, 2 * len(widths))
        self.G, self.D = Synthesis(widths, style), Critic(widths, 8)
        self.averages = [torch.optim.swa_utils.AveragedModel(n) for n in (self.M, self.G)]
        weights = [*self.M.parameters(), *self.G.parameters()]
        self.generator = torch.optim.Adam(weights, lr=0.0025 * 4 / 5, betas=(0.0, 0.99**0.8))
        rate, beta = 0.0025 * 16 / 17, 0.99 ** (16 / 17)
        self.critic = torch.optim.Adam(self.D.parameters(), lr=rate, betas=(0.0, beta))
        self.rounds, self.length = 0, torch.tensor(0.0)

    def draw(self, images: Tensor) -> Drawn:
        n, size = self.batch, self.style
        latents = [(torch.randn(n, size), torch.randn(n, size), torch.rand(n, 2)) for _ in range(3)]
        direction = torch.randn(n, 3, self.size, self.size)
        return (*latents[0], *latents[1], direction), (random_batch(images, n), *latents[2])

    def styles(self, z: Tensor, z2: Tensor, mix: Tensor) -> Tensor:
        w, other = self.M(z), self.M(z2)
        count = w.shape[1]
        cut = torch.where(mix[:, 0] < 0.9, 1 + (mix[:, 1] * (count - 1)).floor(), count)
        return torch.where((torch.arange(count) < cut[:, None])[..., None], w, other)

    def path(self, z: Tensor, z2: Tensor, mix: Tensor, y: Tensor) -> Tensor:
        w = self.styles(z, z2, mix)
        along = (self.G(w) * y).sum() / self.size
        (slope,) = torch.autograd.grad(along, w, create_graph=True)
        lengths = slope.square().sum(2).mean(1).sqrt()
        self.length = self.length.lerp(lengths.detach().mean(), 0.01)
        return (lengths - self.length).square().mean()

    def round(self, generator: tuple[Tensor, ...], critic: tuple[Tensor, ...]) -> Losses:
        z, z2, mix, *lazy = generator
        loss = F.softplus(-self.D(self.G(self.styles(z, z2, mix)))).mean()
        losses = {"adversarial.generator": loss}
        self.update(self.generator, loss)
        if self.rounds % PATH_EVERY == 0:
            losses["path"] = self.path(*lazy)
            losses["path.mean"] = self.length
            self.update(self.generator, 2 * PATH_EVERY * losses["path"])
        real, z, z2, mix = critic
        with torch.no_grad():
            fake = self.G(self.styles(z, z2, mix))
        loss = F.softplus(-self.D(real)).mean() + F.softplus(self.D(fake)).mean()
        losses["adversarial.critic"] = loss
        self.update(self.critic, loss)
        if self.rounds % R1_EVERY == 0:
            real.requires_grad_()
            (slope,) = torch.autograd.grad(self.D(real).sum(), real, create_graph=True)
            losses["r1"] = slope.square().sum((1, 2, 3)).mean()
            self.update(self.critic, GAMMA / 2 * R1_EVERY * losses["r1"])
        decay = 0.5 ** (self.batch / 20_000)
        for average, network in zip(self.averages, (self.M, self.G), strict=True):
            for kept, new in zip(average.module.parameters(), network.parameters(), strict=True):
                kept.data.lerp_(new.data, 1 - decay)
        self.rounds += 1
        return losses

    def update(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
