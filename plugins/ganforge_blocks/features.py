"""Blocks that give features of images by networks which are not trained here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.plugins import Block, Call, Params, ShapeError, Tensor, call
from ganforge.plugins.params import Float, Positive, Word
from ganforge_blocks.checks import changed, image, plain, sized

MODELS: Mapping[str, tuple[int, ...]] = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""How many convolutions each block of a VGG has."""
WIDTHS = (64, 128, 256, 512, 512)
INCEPTION: Mapping[str, tuple[int, int]] = {
    **{"Conv2d_1a_3x3": (32, 2), "Conv2d_2a_3x3": (32, 1), "Conv2d_2b_3x3": (64, 0)},
    **{"Conv2d_3b_1x1": (80, 2), "Conv2d_4a_3x3": (192, 1)},
    **{"Mixed_5b": (256, 2), "Mixed_5c": (288, 0), "Mixed_5d": (288, 0)},
    **{"Mixed_6a": (768, 2), "Mixed_6b": (768, 0), "Mixed_6c": (768, 0)},
    **{"Mixed_6d": (768, 0), "Mixed_6e": (768, 0)},
    **{"Mixed_7a": (1280, 2), "Mixed_7b": (2048, 0), "Mixed_7c": (2048, 0)},
    "pool": (2048, 0),
}
"""The layers of Inception v3 in order, each with its channels, and the stride of its 3 x 3 pixels
without padding; 0 keeps the size.
"""
PICKLES = (".pth", ".pt", ".ckpt", ".pkl", ".bin")


def _weights_file(name: str) -> str:
    if name and not name.endswith(".safetensors"):
        message = f"{name!r} is no file of weights: its name ends in .safetensors"
        help = 'such as `file = "weights/vgg19.safetensors"`'
        if name.endswith(PICKLES):
            message = f"{name!r} is a pickle by its name, which can hold code, and is not opened"
            help = "save its tensors anew: `safetensors.torch.save_file(torch.load(FILE, "
            help += f'weights_only=True), "{PurePath(name).stem}.safetensors")`'
        raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
    return name


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] < value[1]:
        context = {"message": "a range is [low, high] with low below high"}
        context["help"] = "such as `range = [-1, 1]`"
        raise PydanticCustomError("GF115", "{message}", context)
    return value


File = Annotated[Word, AfterValidator(_weights_file)]
Range = Annotated[tuple[Float, Float], AfterValidator(_ordered)]


class VggFeaturesParams(Params):
    model: Literal["vgg16", "vgg19"] = "vgg19"
    layer: Word = "relu5_4"
    file: File = ""
    range: Range = (-1.0, 1.0)


class InceptionFeaturesParams(Params):
    layer: Word = "pool"
    file: File = ""
    range: Range = (-1.0, 1.0)


class ClassifierFeaturesParams(Params):
    layer: Word = "relu3"
    size: Annotated[Positive, Field(ge=8, le=256)] = 32
    folder: Word = ""
    range: Range = (-1.0, 1.0)


def _names(model: str) -> list[str]:
    """The layers of a VGG that can be asked for."""
    places = [(k + 1, j + 1) for k, depth in enumerate(MODELS[model]) for j in range(depth)]
    return [f"{kind}{block}_{place}" for block, place in places for kind in ("conv", "relu")]


def _blocks(p: VggFeaturesParams) -> tuple[int, ...]:
    """How many convolutions of each block lead to the layer."""
    block, place = (int(number) for number in p.layer[4:].split("_"))
    return (*MODELS[p.model][: block - 1], place)


def _shown(x: Tensor, block: str, called: str, layer: str, known: Collection[str]) -> Tensor:
    """The image that a network with such a layer is given."""
    x = image(x, block)
    if layer not in known:
        raise ShapeError("GF110", f"{called} has no layer `{layer}`", did_you_mean(layer, known))
    if x.channels not in (1, 3):
        message = f"`{block}` sees images of 1 or 3 channels, and is given {x}"
        raise ShapeError("GF301", message, "give it an image, before layers change its channels")
    return x


def infer_vgg(p: VggFeaturesParams, x: Tensor) -> Tensor:
    x = _shown(x, "vgg-features", p.model, p.layer, _names(p.model))
    blocks = _blocks(p)
    scale = 2 ** (len(blocks) - 1)
    if min(x.height, x.width) < scale:
        message = f"`{p.layer}` stands behind {len(blocks) - 1} poolings, which leave nothing of "
        message += sized(x.height, x.width)
        raise ShapeError("GF305", message, "take an earlier layer, or larger images")
    return Tensor((WIDTHS[len(blocks) - 1], x.height // scale, x.width // scale))


def make_vgg(p: VggFeaturesParams, x: Tensor) -> Call:
    own = changed({"relu": p.layer.startswith("relu"), "file": p.file}, relu=True, file="")
    return call("ganforge_blocks.modules.vgg:VggFeatures", _blocks(p), **own, **_range(p))


def _range(p: VggFeaturesParams | InceptionFeaturesParams | ClassifierFeaturesParams) -> Any:
    """What says it where it is not the usual one."""
    low, high = (plain(value) for value in p.range)
    return changed({"low": low, "high": high}, low=-1, high=1)


def infer_inception(p: InceptionFeaturesParams, x: Tensor) -> Tensor:
    x = _shown(x, "inception-features", "Inception v3", p.layer, INCEPTION)
    sides = [x.height, x.width]
    for stride in _strides(p.layer):
        sides = [(side - 3) // stride + 1 for side in sides]
    if min(sides) < 1:
        message = f"the layers up to `{p.layer}` leave nothing of {sized(x.height, x.width)}"
        raise ShapeError("GF305", message, "take an earlier layer, or larger images")
    channels, _ = INCEPTION[p.layer]
    return Tensor((channels,) if p.layer == "pool" else (channels, *sides))


def _strides(layer: str) -> list[int]:
    """Of what makes images smaller in an Inception v3, up to a layer."""
    names = list(INCEPTION)
    before = (INCEPTION[name] for name in names[: names.index(layer) + 1])
    return [stride for _, stride in before if stride]


def make_inception(p: InceptionFeaturesParams, x: Tensor) -> Call:
    own = changed({"file": p.file}, file="")
    target = "ganforge_blocks.modules.inception:InceptionFeatures"
    return call(target, p.layer, **own, **_range(p))


def _classifier(size: int) -> dict[str, tuple[int, int]]:
    """The layers of the classifier of images of this size: channels and stride of each."""
    width, layers = 16, [(16, 1)]
    while size > 4:
        width, size = min(2 * width, 128), (size + 1) // 2
        layers.append((width, 2))
    return {f"relu{k + 1}": layer for k, layer in enumerate([*layers, (128, 1)])}


def _layers(p: ClassifierFeaturesParams) -> list[tuple[int, int]]:
    """Channels and stride of the layers up to the one that is asked for."""
    known = _classifier(p.size)
    return list(known.values())[: list(known).index(p.layer) + 1]


def infer_classifier(p: ClassifierFeaturesParams, x: Tensor) -> Tensor:
    called = f"a classifier of images of {sized(p.size, p.size)}"
    x = _shown(x, "classifier-features", called, p.layer, _classifier(p.size))
    layers, sides = _layers(p), [x.height, x.width]
    for _, stride in layers:
        sides = [(side - 1) // stride + 1 for side in sides]
    return Tensor((layers[-1][0], *sides))


def make_classifier(p: ClassifierFeaturesParams, x: Tensor) -> Call:
    widths, strides = zip(*_layers(p), strict=True)
    own = changed({"size": p.size, "folder": p.folder}, size=32, folder="")
    target = "ganforge_blocks.modules.classifier:ClassifierFeatures"
    return call(target, x.channels, widths, strides, **own, **_range(p))


def _features(name: str, summary: str, params: type[Params], example: str, **own: Any) -> Block:
    """A block whose weights are not trained here."""
    return Block(
        name,
        summary,
        params,
        stateful=True,
        count=lambda p, x: 0,
        learns=lambda p: False,
        example=example,
        **own,
    )


BLOCKS = (
    _features(
        "vgg-features",
        "What VGG sees in images, up to one of its layers; it is not trained (1409.1556).",
        VggFeaturesParams,
        '{ block = "vgg-features", layer = "relu2_2" }',
        infer=infer_vgg,
        module=make_vgg,
        pretrained=lambda p: p.file,
    ),
    _features(
        "inception-features",
        "What Inception v3 sees in images, up to a layer; it is not trained (1512.00567).",
        InceptionFeaturesParams,
        '{ block = "inception-features", layer = "Conv2d_2b_3x3" }',
        infer=infer_inception,
        module=make_inception,
        pretrained=lambda p: p.file,
    ),
    _features(
        "classifier-features",
        "What a classifier of `ganforge train-features` sees in images, up to one of its layers; "
        "it is not trained here.",
        ClassifierFeaturesParams,
        '{ block = "classifier-features", layer = "relu2" }',
        infer=infer_classifier,
        module=make_classifier,
        pretrained=lambda p: f"{p.folder}/features.safetensors" if p.folder else "",
    ),
)
