"""The block that augments what a critic judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.live import AdaptiveShare, LiveRate
from ganforge.plugins.params import Word
from ganforge_blocks.checks import image

DIFFERENTIABLE = "ganforge_blocks.modules.augmentation"
ADAPTIVE = "ganforge_blocks.modules.adaptive_augmentation"
TRANSFORMATIONS: Mapping[str, str] = {
    "color": f"{DIFFERENTIABLE}:color",
    "translation": f"{DIFFERENTIABLE}:translation",
    "cutout": f"{DIFFERENTIABLE}:cutout",
    "ada-blit": f"{ADAPTIVE}:ada_blit",
    "ada-geometry": f"{ADAPTIVE}:ada_geometry",
    "ada-color": f"{ADAPTIVE}:ada_color",
}
"""By the word of a policy, its function."""
ADA = ("ada-blit", "ada-geometry", "ada-color")
PIPELINES: Mapping[str, tuple[str, ...]] = {"ada": ADA, "ada-cutout": (*ADA, "cutout")}
"""Words that stand for several transformations."""


def _known(policy: str) -> str:
    """The policy, written without spaces."""
    words = [word.strip() for word in policy.split(",")]
    known = [*TRANSFORMATIONS, *PIPELINES]
    for word in words:
        if word not in known:
            raise _refused(f"`policy` cannot hold {word!r}", did_you_mean(word, known))
    parts = transformations(",".join(words))
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice is not None:
        raise _refused(f"`policy` holds `{twice}` twice", "name each transformation once")
    return ",".join(words)


def _refused(message: str, help: str) -> PydanticCustomError:
    return PydanticCustomError("GF110", "{message}", {"message": message, "help": help})


def transformations(policy: str) -> list[str]:
    """The transformations of a policy, in order."""
    return [part for word in policy.split(",") for part in PIPELINES.get(word, (word,))]


class AugmentParams(Params):
    policy: Annotated[Word, AfterValidator(_known)]
    p: AdaptiveShare | None = None
    strength: LiveRate = 1.0


def infer_augment(p: AugmentParams, x: Tensor) -> Tensor:
    x, parts = image(x, "augment"), transformations(p.policy)
    if p.p is None and set(parts) & set(ADA):
        message = (
            f'`augment` with the policy "{p.policy}" needs `p`, the probability of each change'
        )
        help = 'write `p = 0.2`, a formula that rises, or feedback with `kind = "adaptive"`'
        raise ShapeError("GF111", message, help)
    if "ada-color" in parts and x.channels not in (1, 3):
        message = f"`ada-color` changes the hue of images of 1 or 3 channels, and is given {x}"
        help = 'leave it out: `policy = "ada-blit,ada-geometry"`'
        raise ShapeError("GF115", message, help)
    return Tensor(x.shape)


def call_augment(p: AugmentParams, x: Tensor) -> Call:
    """Each transformation of what those before it give."""
    value: Call | Ref = Ref("x")
    chance = () if p.p in (None, 1) else (p.p,)
    half = {"share": 0.5} if "ada-cutout" in p.policy.split(",") else {}
    reach = {} if p.strength == 1 else {"strength": p.strength}
    for part in transformations(p.policy):
        more = {**(half if part == "ada-color" else {}), **reach}
        value = call(TRANSFORMATIONS[part], value, *chance, **more)
    assert isinstance(value, Call)
    return value


BLOCKS = (
    Block(
        "augment",
        "Images changed at random before a critic judges them (2006.10738, 2006.06676).",
        AugmentParams,
        infer_augment,
        function=call_augment,
        random=True,
        augments=True,
        example='{ block = "augment", policy = "color,translation,cutout" }',
    ),
)
