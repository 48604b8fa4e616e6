"""Blocks that give features of images by networks which are not trained here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.plugins import Block, Call, Params, ShapeError, Tensor, call
from ganforge.plugins.params import Float, Word
from ganforge_blocks.checks import changed, image, plain, sized

MODELS: Mapping[str, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""How many convolutions each block of a model has."""
WIDTHS = (64, 128, 256, 512, 512)
PICKLES = (".pth", ".pt", ".ckpt", ".pkl", ".bin")


def _weights_file(name: str) -> str:
    if name and not name.endswith(".safetensors"):
        message = f"{name!r} is no file of weights: its name ends in .safetensors"
        help = 'such as `file = "weights/vgg19.safetensors"`'
        if name.endswith(PICKLES):
            message = f"{name!r} is a pickle by its name, which can hold code, and is not opened"
            help = "save its tensors anew: `safetensors.torch.save_file(torch.load(FILE, "
            help += 'weights_only=True), "vgg19.safetensors")`'
        raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
    return name


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] < value[1]:
        context = {"message": "a range is [low, high] with low below high"}
        context["help"] = "such as `range = [-1, 1]`"
        raise PydanticCustomError("GF115", "{message}", context)
    return value


class VggFeaturesParams(Params):
    model: Literal["vgg16", "vgg19"] = "vgg19"
    layer: Word = "relu5_4"
    file: Annotated[Word, AfterValidator(_weights_file)] = ""
    range: Annotated[tuple[Float, Float], AfterValidator(_ordered)] = (-1.0, 1.0)


def _names(model: str) -> list[str]:
    """The layers of a model that can be asked for."""
    places = [(k + 1, j + 1) for k, depth in enumerate(MODELS[model]) for j in range(depth)]
    return [f"{kind}{block}_{place}" for block, place in places for kind in ("conv", "relu")]


def _blocks(p: VggFeaturesParams) -> tuple[int, ...]:
    """How many convolutions of each block lead to the layer."""
    block, place = (int(number) for number in p.layer[4:].split("_"))
    return (*MODELS[p.model][: block - 1], place)


def infer_vgg(p: VggFeaturesParams, x: Tensor) -> Tensor:
    x = image(x, "vgg-features")
    if p.layer not in _names(p.model):
        message = f"{p.model} has no layer `{p.layer}`"
        raise ShapeError("GF110", message, did_you_mean(p.layer, _names(p.model)))
    if x.channels not in (1, 3):
        message = f"VGG sees images of 1 or 3 channels, and is given {x}"
        raise ShapeError("GF301", message, "give it an image, before layers change its channels")
    blocks = _blocks(p)
    scale = 2 ** (len(blocks) - 1)
    if min(x.height, x.width) < scale:
        message = f"`{p.layer}` stands behind {len(blocks) - 1} poolings, which leave nothing of "
        message += sized(x.height, x.width)
        raise ShapeError("GF305", message, "take an earlier layer, or larger images")
    return Tensor((WIDTHS[len(blocks) - 1], x.height // scale, x.width // scale))


def make_vgg(p: VggFeaturesParams, x: Tensor) -> Call:
    low, high = (plain(value) for value in p.range)
    values = {"relu": p.layer.startswith("relu"), "file": p.file, "low": low, "high": high}
    own = changed(values, relu=True, file="", low=-1, high=1)
    return call("ganforge_blocks.modules.vgg:VggFeatures", _blocks(p), **own)


BLOCKS = (
    Block(
        "vgg-features",
        "What VGG sees in images, up to one of its layers; it is not trained (1409.1556).",
        VggFeaturesParams,
        infer_vgg,
        module=make_vgg,
        stateful=True,
        count=lambda p, x: 0,
        learns=lambda p: False,
        pretrained=lambda p: p.file,
        example='{ block = "vgg-features", layer = "relu2_2" }',
    ),
)
