"""GF3xx: shapes."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

NOT_AN_IMAGE = Rule(
    "GF301",
    "not-an-image",
    Severity.ERROR,
    says="A block for images is given a vector.",
    why="It needs channels, height and width.",
    bad='{ block = "linear", out = 8192 }, { block = "conv", out = 64 }',
    good='{ block = "linear", out = 8192 }, { block = "reshape", shape = [512, 4, 4] }, { block = '
    '"conv", out = 64 }',
)
CONCAT_SIZES = Rule(
    "GF302",
    "concat-sizes",
    Severity.ERROR,
    says="Tensors of different heights or widths are concatenated.",
    why="Only channels may differ.",
    bad='from = "concat(down[i], prev)"\n# 64 x 64 and 32 x 32',
    good='from = "concat(down[i + 1], prev)"',
)
SUM_SHAPES = Rule(
    "GF303",
    "sum-shapes",
    Severity.ERROR,
    says="Tensors whose shapes do not broadcast are added, subtracted, multiplied or divided.",
    why="A residual sum needs equal shapes on both paths.",
    bad='{ from = "x + prev" }\n# 64 and 128 channels',
    good='{ id = "s", block = "conv", out = 128, kernel = 1, from = "x", side = true },\n'
    '{ from = "s + prev" }',
    see=("https://github.com/albertpumarola/GANimation/issues/53",),
)
NO_SAME_PADDING = Rule(
    "GF304",
    "no-same-padding",
    Severity.ERROR,
    says='No symmetric padding gives the size that `padding = "same"` promises.',
    why="An even kernel at stride 1 needs one row more on one side than on the other.",
    bad='{ block = "conv", out = 64, kernel = 4, stride = 1 }',
    good='{ block = "conv", out = 64, kernel = 4, stride = 1, padding = 1 }',
)
EMPTY_OUTPUT = Rule(
    "GF305",
    "empty-output",
    Severity.ERROR,
    says="A layer leaves no pixel of its input.",
    why="The kernel is larger than the image, or there is one stride too many for this size.",
    bad='{ block = "conv", out = 1, kernel = 4, padding = 0 }\n# on 2 x 2',
    good='{ block = "conv", out = 1, kernel = 2, padding = 0 }',
)
NOT_DIVISIBLE = Rule(
    "GF306",
    "not-divisible",
    Severity.ERROR,
    says="A size is not a multiple of what it is divided by.",
    why="Dropping rows in silence would shift the image.",
    bad='{ block = "downsample", scale = 4 }\n# on 30 x 30',
    good='{ block = "downsample", scale = 3 }\n# on 30 x 30',
)
RESHAPE_COUNT = Rule(
    "GF307",
    "reshape-count",
    Severity.ERROR,
    says="A reshape would change the number of values.",
    why="It only arranges the values anew.",
    bad='{ block = "linear", out = 8192 }, { block = "reshape", shape = [256, 4, 4] }',
    good='{ block = "linear", out = 8192 }, { block = "reshape", shape = [512, 4, 4] }',
)
GROUPS = Rule(
    "GF308",
    "groups",
    Severity.ERROR,
    says="The number of groups does not divide the number of channels.",
    why="Every group takes equally many channels.",
    bad='{ block = "group-norm", groups = 96 }\n# on 100 channels',
    good='{ block = "group-norm", groups = 25 }',
)
TWO_SHAPES = Rule(
    "GF309",
    "two-shapes",
    Severity.ERROR,
    says="One network is called with two input shapes, and its weights fit only one of them.",
    why="A `linear` layer or a learned constant is made for one size.",
    bad='real = "D(x)"\nfake = "D(small)"',
    good='real = "D(x)"\nfake = "D(upsample(small))"',
    see=("https://github.com/eriklindernoren/PyTorch-GAN/issues/80",),
)
REAL_AND_FAKE = Rule(
    "GF310",
    "real-and-fake",
    Severity.ERROR,
    says="The critic sees real and generated samples of different shapes.",
    why="It would tell them apart by their size.",
    bad='real = "D(x)"\nfake = "D(fake)"\n# x is 64 x 64, fake 32 x 32',
    good='real = "D(x)"\nfake = "D(upsample(fake))"',
    see=("https://github.com/znxlwm/pytorch-generative-model-collections/issues/25",),
)
UNEVEN_SPLIT = Rule(
    "GF311",
    "uneven-split",
    Severity.ERROR,
    says="A tensor cannot be split into this many equal parts.",
    why="The parts of `split` have one size.",
    bad='parts = "split(z, parts=7)"\n# z has 120 values',
    good='parts = "split(z, parts=6)"',
)
UNKNOWN_SHAPE = Rule(
    "GF312",
    "unknown-shape",
    Severity.NOTE,
    says="The shape that a block gives is unknown, so nothing behind it is checked.",
    why="Its plugin does not declare `infer`, and torch, which could run it, is not installed.",
    bad='{ block = "from-a-plugin" }\n# its Block has no `infer`, and torch is not installed',
    good='{ block = "from-a-plugin" }\n# with torch installed, or `infer` declared',
)
TARGET_SHAPE = Rule(
    "GF313",
    "target-shape",
    Severity.ERROR,
    says="A loss compares two tensors of different shapes.",
    why="Every value needs its counterpart.",
    bad='original = "x"\nreconstruction = "small"\n# 96 x 96 and 24 x 24',
    good='original = "x"\nreconstruction = "upsample(small, scale=4)"',
    see=("https://github.com/albertpumarola/GANimation/issues/30",),
)
WRONG_RANK = Rule(
    "GF314",
    "wrong-rank",
    Severity.ERROR,
    says="A tensor has more or fewer axes than what takes it needs.",
    why="A vector, an image, a class and a list are different things.",
    bad='{ block = "global-average" }\n# on a vector',
    good='{ block = "flatten" }',
)
FAILS_ON_INPUT = Rule(
    "GF315",
    "fails-on-input",
    Severity.ERROR,
    says="A block whose plugin does not declare `infer` fails on an input of this shape.",
    why="It was run without values to find out which shape it gives.",
    bad='{ block = "linear", out = 10 }, { block = "from-a-plugin" }\n# which takes images',
    good='{ block = "conv", out = 8 }, { block = "from-a-plugin" }',
)
