"""Statistics of a batch as features: the critic sees how much samples differ."""

from __future__ import annotations

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Positive
from ganforge_blocks.checks import Natural, changed, image


class MinibatchStddevParams(Params):
    group: Natural = 0
    channels: Positive = 1


def infer_minibatch_stddev(p: MinibatchStddevParams, x: Tensor) -> Tensor:
    x = image(x, "minibatch-stddev")
    if x.channels % p.channels:
        message = f"{x.channels} channels do not split into {p.channels} equal parts"
        raise ShapeError("GF311", message, f"{x.channels} / {p.channels} must be whole")
    return x.with_shape(x.channels + p.channels, x.height, x.width)


def call_minibatch_stddev(p: MinibatchStddevParams, x: Tensor) -> Call:
    own = changed({"group": p.group, "channels": p.channels}, group=0, channels=1)
    return call("ganforge_blocks.modules.statistics:minibatch_stddev", Ref("x"), **own)


BLOCKS = (
    # Samples are compared on purpose: `mixes_batch` is for norms, which penalties do not bear.
    Block(
        "minibatch-stddev",
        "How much the samples of a batch differ, as further channels (1710.10196, section 3).",
        MinibatchStddevParams,
        infer_minibatch_stddev,
        function=call_minibatch_stddev,
    ),
)
