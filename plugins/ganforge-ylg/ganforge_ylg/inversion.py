# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the authors of ganforge-ylg
"""Inverting a generator by what the attention of its critic looks at.

Daras et al. 2019, https://arxiv.org/abs/1911.12287, section 5. What the paper leaves open is as in
the authors' code (giannisdaras/ylg, ylg/inverse_image.py at 76e08d3 and ylg/discriminator.py at
4ea1628, which gives out the features that its attention is given). Unlike there, all heads count
and not the first four alone, and each try has a norm of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganforge.plugins import GraphView
from ganforge.plugins import Tensor as Shape
from ganforge_blocks.modules.attention import SelfAttention
from ganforge_ylg.attention import LocalSparseAttention

LOOK, BACK = 5, 0.5
"""Every so many steps the latents go back half the way (Zhang et al. 2019, 1907.08610)."""


class CannotInvert(Exception):
    """What a run lacks."""


@dataclass(frozen=True)
class Pair:
    """A generator, and a critic with attention that judges what it makes.

    latents: the vectors that the generator takes, by name; classes: how many it is asked for by
    `condition`, 0 without one. shape, low, high: of the images.
    """

    generator: nn.Module
    inputs: tuple[str, ...]
    latents: Mapping[str, Shape]
    condition: str
    classes: int
    critic: nn.Module
    judged: tuple[Shape, ...]
    attention: nn.Module
    shape: tuple[int, ...]
    low: float
    high: float


def pair_of(networks: Mapping[str, nn.Module], view: GraphView) -> Pair:
    """The generator and the critic of a run. Raises `CannotInvert` where one is missing."""
    for name, seen in view.networks.items():
        attention = next((m for m in networks[name].modules() if _attends(m)), None)
        judged = tuple(seen.inputs.values())
        image = judged[0] if judged else None
        if attention is None or not isinstance(image, Shape) or not image.is_image:
            continue
        for maker, made in view.networks.items():
            output = made.outputs.get("")
            from_images = any(isinstance(s, Shape) and s.is_image for s in made.inputs.values())
            if isinstance(output, Shape) and output.shape == image.shape and not from_images:
                latents, condition, classes = _inputs(made.inputs)
                low, high = image.range or (-1.0, 1.0)
                return Pair(
                    networks[maker],
                    tuple(made.inputs),
                    latents,
                    condition,
                    classes,
                    networks[name],
                    judged,
                    attention,
                    image.shape,
                    low,
                    high,
                )
    raise CannotInvert(
        "no network of this run judges images by attention, and inversion weighs its features by "
        "that: train a spec whose critic has it, such as `ylg` or `sagan`"
    )


def _attends(module: nn.Module) -> bool:
    return isinstance(module, LocalSparseAttention | SelfAttention)


def _inputs(inputs: Mapping[str, Any]) -> tuple[dict[str, Shape], str, int]:
    """The vectors that a generator takes, and its condition. Raises `CannotInvert`."""
    classes = {name: shape for name, shape in inputs.items() if shape.classes is not None}
    if len(classes) > 1:
        raise CannotInvert(f"the generator takes several classes ({', '.join(classes)}), not one")
    condition, count = next(((name, s.classes) for name, s in classes.items()), ("", 0))
    return {n: s for n, s in inputs.items() if n not in classes}, condition, count


def attention_weights(attention: nn.Module, x: Tensor) -> Tensor:
    """How much of each key a query sees: (B, heads, queries, keys)."""
    if isinstance(attention, LocalSparseAttention):
        sparse, seen = attention.weights(x), attention.seen[:, :, None]
        dense = sparse.new_zeros(*sparse.shape[:4], seen.shape[1])
        dense = dense.scatter_add(4, seen.expand_as(sparse), sparse)
        return dense.transpose(2, 3).flatten(2, 3)
    assert isinstance(attention, SelfAttention)
    query = attention.query(x).flatten(2)
    key = F.max_pool2d(attention.key(x), attention.pool).flatten(2)
    return (query.transpose(1, 2) @ key).softmax(2)[:, None]


def saliency(attention: nn.Module, x: Tensor) -> Tensor:
    """How much each place of the features x (B, C, H, W) is looked at: (B, heads, H, W).

    For a key, the mean of its weights over the queries that may see it; keys are places of a
    smaller grid, and each stands for the places that were pooled to it.
    """
    weights = attention_weights(attention, x)
    seen = weights.sum(2) / (weights > 0).sum(2).clamp(min=1)
    pooled = round((x.shape[2] * x.shape[3] / seen.shape[2]) ** 0.5)
    grid = seen.unflatten(2, (x.shape[2] // pooled, x.shape[3] // pooled))
    return F.interpolate(grid, x.shape[2:], mode="nearest")


class _Reached(Exception):
    """Carries what the attention was given; the critic's rest is not computed."""


def features_before(pair: Pair, images: Tensor, classes: Tensor | None) -> Tensor:
    """What the critic's attention is given for images (B, C, H, W)."""

    def stop(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        raise _Reached(inputs[0])

    others = [_further(shape, len(images), images, classes) for shape in pair.judged[1:]]
    handle = pair.attention.register_forward_pre_hook(stop)
    try:
        pair.critic(images, *others)
    except _Reached as reached:
        found: Tensor = reached.args[0]
        return found
    finally:
        handle.remove()
    raise CannotInvert("the critic of this run does not use its attention")


def _further(shape: Shape, count: int, like: Tensor, classes: Tensor | None) -> Tensor:
    """What the critic takes beside images: the class; it lies behind the attention."""
    if shape.classes is not None:
        return classes if classes is not None else like.new_zeros(count, dtype=torch.int64)
    return like.new_zeros(count, *shape.shape)


@dataclass
class Tries:
    """Latents that are searched from several starts at once.

    latents: by name, (tries, ...). losses: (tries) at the last step.
    """

    latents: dict[str, Tensor]
    losses: Tensor


def weighted_distance(features: Tensor, others: Tensor, weights: Tensor) -> Tensor:
    """The sum over heads of |(f - f') * saliency|, for each sample: (B).

    features (1 or B, C, H, W), others (B, C, H, W), weights (1 or B, heads, H, W).
    """
    squares = (features - others).square().sum(1, keepdim=True)
    return (squares * weights.square()).sum((2, 3)).clamp(min=1e-12).sqrt().sum(1)


def started(shape: Shape, tries: int, noise: torch.Generator) -> Tensor:
    """Latents (tries, ...) to begin with: normal, within two deviations."""
    drawn = torch.empty(tries, *shape.shape, device=noise.device)
    return nn.init.trunc_normal_(drawn, a=-2, b=2, generator=noise)


def searched(
    pair: Pair, image: Tensor, asked: int | None, tries: int, steps: int, lr: float, seed: int
) -> Iterator[Tries]:
    """Latents by which the generator makes an image (1, C, H, W), after every step.

    asked: the class. Adam, looking ahead; networks are left as they are.
    """
    noise = torch.Generator(image.device).manual_seed(seed)
    latents = {name: started(shape, tries, noise) for name, shape in pair.latents.items()}
    classes = None
    if asked is not None:
        classes = torch.full((tries,), asked, device=image.device)
    with torch.no_grad():
        wanted = features_before(pair, image, None if classes is None else classes[:1])
        weights = saliency(pair.attention, wanted)
    made = _maker(pair, classes)
    for value in latents.values():
        value.requires_grad_()
    slow = {name: value.detach().clone() for name, value in latents.items()}
    optimizer = torch.optim.Adam(latents.values(), lr=lr)
    for step in range(1, steps + 1):
        found = features_before(pair, made(latents), classes)
        losses = weighted_distance(wanted, found, weights)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        if step % LOOK == 0:
            with torch.no_grad():
                for name, value in latents.items():
                    value.copy_(slow[name].lerp_(value, BACK))
        yield Tries({name: value.detach() for name, value in latents.items()}, losses.detach())


def _maker(pair: Pair, classes: Tensor | None) -> Callable[[Mapping[str, Tensor]], Tensor]:
    """The generator as a function of its latents."""

    def made(latents: Mapping[str, Tensor]) -> Tensor:
        given = [classes if name == pair.condition else latents[name] for name in pair.inputs]
        images: Tensor = pair.generator(*given)
        return images

    return made


@torch.no_grad()
def measured(pair: Pair, image: Tensor, asked: int | None, tries: Tries) -> tuple[Tries, Tensor]:
    """The tries as they are now, the nearest first, and the images that they make."""
    count = len(tries.losses)
    classes = None if asked is None else torch.full((count,), asked, device=image.device)
    images = _maker(pair, classes)(tries.latents)
    wanted = features_before(pair, image, None if classes is None else classes[:1])
    found = features_before(pair, images, classes)
    losses = weighted_distance(wanted, found, saliency(pair.attention, wanted))
    order = losses.argsort()
    latents = {name: value[order] for name, value in tries.latents.items()}
    return Tries(latents, losses[order]), images[order]


def as_bytes(images: Sequence[Tensor], low: float, high: float) -> Tensor:
    """Images (C, H, W) in `low`..`high`, side by side, as bytes (H, N W, C)."""
    row = torch.cat([*images], dim=2).clamp(low, high)
    return ((row - low) * (255 / (high - low))).round().to(torch.uint8).permute(1, 2, 0).cpu()
