"""Functions of wiring that join, split and compare tensors."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from ganforge.plugins import Block, Call, Params, Ref, Shape, ShapeError, Tensor, TensorList, call
from ganforge.plugins.params import Positive
from ganforge_blocks.checks import Eps, NoParams, changed, features, image, numbers, sized, tensor

Few = Annotated[Positive, Field(le=1024)]
"""How many elements a list gets."""


class SplitParams(Params):
    parts: Few


class RepeatParams(Params):
    count: Few


class PyramidParams(Params):
    levels: Annotated[Positive, Field(le=16)]


class ErrorParams(Params):
    norm: Literal["mean", "sum", "l2"] = "mean"


class PerturbParams(Params):
    strength: Eps = 0.5


def infer_concat(p: NoParams, *x: Tensor) -> Tensor:
    tensors = [features(each, "concat") for each in x]
    first, *others = tensors
    for other in others:
        if other.shape[1:] != first.shape[1:]:
            message = f"{first} and {other} cannot be concatenated: only channels may differ"
            raise ShapeError("GF302", message, _concat_help(first, other))
    channels = sum(each.channels for each in tensors)
    ranges = [each.range for each in tensors if each.range is not None]
    bounds = (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None
    known = bounds if len(ranges) == len(tensors) else None
    return Tensor((channels, *first.shape[1:]), range=known)


def _concat_help(a: Tensor, b: Tensor) -> str:
    if {len(a.shape), len(b.shape)} == {1, 3}:
        return "`tile(v, x)` puts a vector at every pixel; `flatten(x)` makes a vector of an image"
    if not (a.is_image and b.is_image):
        return "bring both to one number of sides: `reshape` gives a tensor another shape"
    small, large = sorted((a, b), key=lambda x: x.height)
    scale = large.height // small.height
    if scale > 1 and large.shape[1:] == (small.height * scale, small.width * scale):
        return f"`upsample(x, scale={scale})` the smaller one, or take a skip from another level"
    return f"bring both to one size: {sized(a.height, a.width)} or {sized(b.height, b.width)}"


def call_concat(p: NoParams, *x: Tensor) -> Call:
    return call("torch.cat", [Ref(f"x{k}") for k in range(len(x))], dim=1)


def infer_split(p: SplitParams, x: Tensor) -> TensorList:
    x = features(x, "split")
    if x.channels % p.parts:
        message = f"{x.channels} channels do not split into {p.parts} equal parts"
        raise ShapeError("GF311", message, f"{x.channels} / {p.parts} must be whole")
    part = x.reshaped(x.channels // p.parts, *x.shape[1:])
    return TensorList((part,) * p.parts)


def infer_repeat(p: RepeatParams, x: Tensor) -> TensorList:
    return TensorList((tensor(x, "repeat"),) * p.count)


def infer_pyramid(p: PyramidParams, x: Tensor) -> TensorList:
    x, least = image(x, "pyramid"), 2 ** (p.levels - 1)
    if x.height % least or x.width % least:
        message = f"{sized(x.height, x.width)} cannot be halved {p.levels - 1} times"
        raise ShapeError("GF306", message, f"sizes here are multiples of {least}")
    sizes = [(x.height // 2**k, x.width // 2**k) for k in reversed(range(p.levels))]
    return TensorList(tuple(replace(x, shape=(x.channels, *size)) for size in sizes))


def infer_tile(p: NoParams, v: Tensor, x: Tensor) -> Tensor:
    v, x = features(v, "tile"), image(x, "tile")
    if len(v.shape) != 1:
        raise ShapeError("GF314", f"`tile` takes a vector, and is given {v}", "write `tile(v, x)`")
    return v.reshaped(v.channels, x.height, x.width)


def infer_lerp(p: NoParams, a: Tensor, b: Tensor, t: Shape) -> Tensor:
    a, b, t = numbers(a, "lerp"), numbers(b, "lerp"), numbers(t, "lerp")
    if a.shape != b.shape:
        message = f"`lerp` goes from one tensor to another of its shape: {a}, {b}"
        raise ShapeError("GF303", message, "bring both to one shape")
    if t.shape not in ((), a.shape):
        message = f"the third of `lerp` is a number or {a}, not {t}"
        raise ShapeError("GF303", message, "give a number from 0 to 1")
    return replace(a, range=None, attributes=False)


def infer_interpolate(p: NoParams, a: Shape, b: Shape, mix: Tensor) -> Shape:
    if isinstance(a, TensorList) and isinstance(b, TensorList) and len(a.items) == len(b.items):
        return TensorList(
            tuple(_between(p, *pair, mix) for pair in zip(a.items, b.items, strict=True))
        )
    if isinstance(a, TensorList) or isinstance(b, TensorList):
        message = f"`interpolate` goes from one list to another of its length: {a}, {b}"
        raise ShapeError("GF303", message, "give two lists with equally many elements")
    return _between(p, a, b, mix)


def _between(p: NoParams, a: Shape, b: Shape, mix: Tensor) -> Tensor:
    a, b = tensor(a, "interpolate"), tensor(b, "interpolate")
    result, mix = infer_lerp(p, a, b, Tensor(())), numbers(mix, "interpolate")
    if mix.shape not in ((1,) * len(a.shape), a.shape):
        message = f"the third of `interpolate` is one number a sample, not {mix}"
        raise ShapeError("GF303", message, "leave it out: it is drawn for every sample")
    return result


def make_interpolate(p: NoParams, a: Shape, b: Shape, mix: Tensor) -> Call:
    if isinstance(a, TensorList):
        return _wiring("interpolate_all", Ref("a"), Ref("b"), Ref("mix"))
    return call("torch.lerp", Ref("a"), Ref("b"), Ref("mix"))


def draw_interpolate(p: NoParams, a: Shape, b: Shape) -> tuple[int, ...]:
    first = a.items[0] if isinstance(a, TensorList) else a
    return (1,) * len(tensor(first, "interpolate").shape)


def infer_perturb(p: PerturbParams, x: Tensor, jitter: Tensor) -> Tensor:
    x, jitter = features(x, "perturb"), numbers(jitter, "perturb")
    if x.shape != jitter.shape:
        message = f"the second of `perturb` is noise of {x}, not {jitter}"
        raise ShapeError("GF303", message, "leave it out: it is drawn for every sample")
    return replace(x, range=None)


def infer_sample_gaussian(
    p: NoParams, mean: Tensor, log_variance: Tensor, epsilon: Tensor
) -> Tensor:
    mean, epsilon = features(mean, "sample-gaussian"), numbers(epsilon, "sample-gaussian")
    log_variance = features(log_variance, "sample-gaussian")
    if mean.shape != log_variance.shape:
        message = f"a mean and a log variance for each number are needed: {mean}, {log_variance}"
        raise ShapeError("GF303", message, "bring both to one shape")
    if mean.shape != epsilon.shape:
        message = f"the third of `sample-gaussian` is noise of {mean}, not {epsilon}"
        raise ShapeError("GF303", message, "leave it out: it is drawn for every sample")
    return Tensor(mean.shape)


def infer_shuffle(p: NoParams, x: Tensor, chance: Tensor) -> Tensor:
    x, chance = tensor(x, "shuffle"), numbers(chance, "shuffle")
    if chance.shape:
        message = f"the second of `shuffle` is one number a sample, not {chance}"
        raise ShapeError("GF303", message, "leave it out: it is drawn for every sample")
    return x


def infer_real_logit(p: NoParams, logits: Tensor) -> Tensor:
    logits = features(logits, "real-logit")
    if len(logits.shape) != 1 or logits.channels < 2:
        message = f"`real_logit` sets one class against the others, and is given {logits}"
        raise ShapeError("GF411", message, "give it a logit for each class, and one for FAKE")
    return Tensor(())


def _error(name: str, summary: str) -> Block:
    def infer(p: ErrorParams, a: Tensor, b: Tensor) -> Tensor:
        a, b = features(a, name), features(b, name)
        if a.shape != b.shape:
            message = f"{a} and {b} cannot be compared"
            raise ShapeError("GF313", message, "bring both to one shape")
        return Tensor((), range=_error_range(name, p, a, b))

    def function(p: ErrorParams, a: Tensor, b: Tensor) -> Call:
        own = changed({"norm": p.norm}, norm="mean")
        target = f"ganforge_blocks.modules.wiring:{name.replace('-', '_')}"
        return call(target, Ref("a"), Ref("b"), **own)

    return Block(name, summary, ErrorParams, infer, function=function, inputs=("a", "b"))


def _error_range(name: str, p: ErrorParams, a: Tensor, b: Tensor) -> tuple[float, float] | None:
    """Between which values the error of two bounded tensors lies."""
    if a.range is None or b.range is None or p.norm == "l2":
        return None
    most = max(a.range[1] - b.range[0], b.range[1] - a.range[0])
    most = most**2 if name == "squared-error" else most
    return 0.0, most if p.norm == "mean" else most * a.size


def _wiring(name: str, *args: Any, **own: Any) -> Call:
    return call(f"ganforge_blocks.modules.wiring:{name}", *args, **own)


BLOCKS = (
    Block(
        "real-logit",
        "How much the classes outweigh the last one, FAKE: their logsumexp minus it (1606.01583).",
        NoParams,
        infer_real_logit,
        function=lambda p, logits: _wiring("real_logit", Ref("logits")),
        inputs=("logits",),
    ),
    Block(
        "concat",
        "Tensors one after the other, along the channels.",
        NoParams,
        infer_concat,
        function=call_concat,
        inputs=("*x",),
    ),
    Block(
        "split",
        "A list of `parts` equal parts, along the channels.",
        SplitParams,
        infer_split,
        function=lambda p, x: call("torch.chunk", Ref("x"), p.parts, dim=1),
    ),
    Block(
        "repeat",
        "A list that holds a tensor `count` times, each with a gradient of its own.",
        RepeatParams,
        infer_repeat,
        function=lambda p, x: _wiring("repeat", Ref("x"), p.count),
    ),
    Block(
        "pyramid",
        "An image at `levels` sizes, each half of the next, by averaging; the coarsest first.",
        PyramidParams,
        infer_pyramid,
        function=lambda p, x: _wiring("pyramid", Ref("x"), p.levels),
    ),
    Block(
        "tile",
        "A vector at every pixel of an image's size.",
        NoParams,
        infer_tile,
        function=lambda p, v, x: _wiring("tile", Ref("v"), Ref("x")),
        inputs=("v", "x"),
    ),
    Block(
        "detach",
        "The same values, through which no gradient flows.",
        NoParams,
        lambda p, x: tensor(x, "detach"),
        function=lambda p, x: call("torch.detach", Ref("x")),
        cuts_gradient=True,
    ),
    Block(
        "roll",
        "Sample i gets what sample i + 1 has.",
        NoParams,
        lambda p, x: tensor(x, "roll"),
        function=lambda p, x: call("torch.roll", Ref("x"), -1, dims=0),
    ),
    Block(
        "shuffle",
        "The samples of the batch in another order, at random.",
        NoParams,
        infer_shuffle,
        function=lambda p, x, chance: _wiring("shuffle", Ref("x"), Ref("chance")),
        inputs=("x", "chance"),
        draws=lambda p, x: (),
        example='others = "shuffle(label)"',
    ),
    Block(
        "sample-gaussian",
        "A sample of N(mean, exp(log_variance)) that lets gradients through to both (1312.6114, "
        "section 2.4).",
        NoParams,
        infer_sample_gaussian,
        function=lambda p, mean, log_variance, epsilon: _wiring(
            "sample_gaussian", Ref("mean"), Ref("log_variance"), Ref("epsilon")
        ),
        inputs=("mean", "log_variance", "epsilon"),
        draws=lambda p, mean, log_variance: mean.shape,
        drawn="normal",
        example='c = "sample_gaussian(E(x).mean, E(x).log_variance)"',
    ),
    Block(
        "lerp",
        "a at t = 0, b at t = 1.",
        NoParams,
        infer_lerp,
        function=lambda p, a, b, t: _wiring("lerp", Ref("a"), Ref("b"), Ref("t")),
        inputs=("a", "b", "t"),
        scalars=("t",),
    ),
    Block(
        "interpolate",
        "Between two tensors, at a place that is random per sample (1704.00028, algorithm 1); of "
        "two lists, such as images of several sizes, at one place for all elements.",
        NoParams,
        infer_interpolate,
        function=make_interpolate,
        inputs=("a", "b", "mix"),
        lists=("a", "b"),
        draws=draw_interpolate,
        example='between = "interpolate(x, fake)"',
    ),
    Block(
        "perturb",
        "A sample plus noise of its size, uniform from 0 to `strength` deviations of the batch "
        "(1705.07215).",
        PerturbParams,
        infer_perturb,
        function=lambda p, x, jitter: _wiring(
            "perturb", Ref("x"), Ref("jitter"), **changed({"strength": p.strength}, strength=0.5)
        ),
        inputs=("x", "jitter"),
        draws=lambda p, x: x.shape,
        mixes_batch=True,
        example='near = "perturb(x)"',
    ),
    _error("squared-error", "The squared difference of two tensors, per sample."),
    _error("absolute-error", "The absolute difference of two tensors, per sample."),
)
