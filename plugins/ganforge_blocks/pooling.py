"""Pooling over windows and over whole images."""

from __future__ import annotations

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Positive
from ganforge_blocks.checks import NoParams, image, sized


class PoolParams(Params):
    size: Positive = 2


def _pool(name: str, summary: str, module: str, function: str) -> Block:
    def infer(p: PoolParams, x: Tensor) -> Tensor:
        x = image(x, name)
        if p.size > min(x.height, x.width):
            message = (
                f"nothing is left: a window of {p.size} is larger than {sized(x.height, x.width)}"
            )
            raise ShapeError("GF305", message, "pool less before it, or take a smaller `size`")
        return x.reshaped(x.channels, x.height // p.size, x.width // p.size)

    return Block(
        name,
        summary,
        PoolParams,
        infer,
        module=lambda p, x: call(module, p.size),
        function=lambda p, x: call(function, Ref("x"), p.size),
    )


def infer_global_average(p: NoParams, x: Tensor) -> Tensor:
    return image(x, "global-average").reshaped(x.channels)


def make_global_average(p: NoParams, x: Tensor) -> Call:
    return call("nn.Sequential", call("nn.AdaptiveAvgPool2d", 1), call("nn.Flatten"))


def infer_global_sum(p: NoParams, x: Tensor) -> Tensor:
    return image(x, "global-sum").with_shape(x.channels)


BLOCKS = (
    _pool("max-pool", "The largest value of each window.", "nn.MaxPool2d", "F.max_pool2d"),
    _pool("avg-pool", "The mean of each window.", "nn.AvgPool2d", "F.avg_pool2d"),
    Block(
        "global-average",
        "The mean of each channel.",
        NoParams,
        infer_global_average,
        module=make_global_average,
        function=lambda p, x: call("torch.mean", Ref("x"), dim=(2, 3)),
    ),
    Block(
        "global-sum",
        "The sum of each channel.",
        NoParams,
        infer_global_sum,
        function=lambda p, x: call("torch.sum", Ref("x"), dim=(2, 3)),
    ),
)
