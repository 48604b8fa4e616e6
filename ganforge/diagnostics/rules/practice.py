"""GF7xx: what practice and the papers advise against. Each can be silenced by its name."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

PENALISED_BATCH_NORM = Rule(
    "GF701",
    "penalised-batch-norm",
    Severity.WARNING,
    says="A critic with batch norm has its gradient penalised.",
    why="The penalty is about one sample, and batch norm mixes the samples of a batch "
    "(Gulrajani et al. 2017, arXiv:1704.00028, section 4).",
    bad='norm = "batch"\n[losses.penalty]\nkind = "gradient-penalty"',
    good='norm = "layer"\n[losses.penalty]\nkind = "gradient-penalty"',
    see=("https://arxiv.org/abs/1704.00028",),
)
SIGMOID_BEFORE_LOGITS = Rule(
    "GF702",
    "sigmoid-before-logits",
    Severity.WARNING,
    says="A critic ends in `sigmoid`, and its loss takes scores of any size.",
    why="The loss applies the sigmoid itself; twice, it flattens every gradient.",
    bad='{ block = "linear", out = 1, act = "sigmoid" }',
    good='{ block = "linear", out = 1 }',
    see=(
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
        "https://arxiv.org/abs/1511.06434",
    ),
)
RANGE_MISMATCH = Rule(
    "GF703",
    "range-mismatch",
    Severity.WARNING,
    says="The generator's images lie in another range than the data.",
    why="The critic tells them apart by their range alone.",
    bad='x = { kind = "image", channels = 3, size = 64, range = [0, 1] }\n# G ends in tanh',
    good='x = { kind = "image", channels = 3, size = 64, range = [-1, 1] }',
    see=("https://arxiv.org/abs/1511.06434",),
)
NO_LIPSCHITZ = Rule(
    "GF704",
    "no-lipschitz",
    Severity.WARNING,
    says="A Wasserstein critic is bounded by nothing.",
    why="The objective measures a distance only for Lipschitz critics: clip weights "
    "(arXiv:1701.07875), penalise gradients (arXiv:1704.00028) or normalise weights spectrally "
    "(arXiv:1802.05957).",
    bad='objective = "wasserstein"',
    good='objective = "wasserstein"\n[networks.D]\nweights = "spectral"',
    see=(
        "https://arxiv.org/abs/1701.07875",
        "https://arxiv.org/abs/1704.00028",
        "https://arxiv.org/abs/1802.05957",
        "https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix/issues/1201",
    ),
)
CLIPPED_AND_PENALISED = Rule(
    "GF705",
    "clipped-and-penalised",
    Severity.WARNING,
    says="A critic has its weights clipped and its gradient penalised.",
    why="The penalty was made to take the place of clipping (arXiv:1704.00028).",
    bad='clip_weights = 0.01\n[losses.penalty]\nkind = "gradient-penalty"',
    good='[losses.penalty]\nkind = "gradient-penalty"',
    see=("https://arxiv.org/abs/1704.00028",),
)
PENALISED_MOMENTUM = Rule(
    "GF706",
    "penalised-momentum",
    Severity.WARNING,
    says="Adam has much momentum for a critic whose gradient is penalised.",
    why="Published systems with penalties train with a first beta of 0 to 0.5 "
    "(arXiv:1704.00028, algorithm 1).",
    bad="betas = [0.9, 0.999]",
    good="betas = [0, 0.9]",
    see=("https://arxiv.org/abs/1704.00028",),
)
MARGIN_OUT_OF_REACH = Rule(
    "GF707",
    "margin-out-of-reach",
    Severity.WARNING,
    says="The energy of a generated sample can never reach the margin.",
    why="Below the margin the critic pushes the energy up, so it never comes to rest. A mean "
    "squared error of images in [-1, 1] is at most 4; the paper's margin is for the error of a "
    "whole image (Zhao et al. 2016, arXiv:1609.03126).",
    bad='margin = 20\nreal = "squared_error(x, D(x))"',
    good="margin = 20\nreal = \"squared_error(x, D(x), norm='sum')\"",
    see=("https://arxiv.org/abs/1609.03126",),
)
SOFTMAX_BEFORE_CLASSES = Rule(
    "GF708",
    "softmax-before-classes",
    Severity.WARNING,
    says="The logits of a class loss end in `softmax` or `sigmoid`.",
    why="Cross entropy applies the softmax itself; twice, it flattens every gradient.",
    bad='{ block = "linear", out = 10, act = "softmax" }',
    good='{ block = "linear", out = 10 }',
    see=(
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
        "https://arxiv.org/abs/1610.09585",
    ),
)
HEAD_IN_MAIN_LINE = Rule(
    "GF709",
    "head-in-main-line",
    Severity.WARNING,
    says="Layers go on from a head of a few channels that is used elsewhere too.",
    why="A layer takes what stands before it, so all features are squeezed through the image that "
    "the head makes. Heads stand beside the main line (Karras et al. 2017, arXiv:1710.10196, "
    "section 2).",
    bad='{ id = "rgb", block = "conv", out = 3 },\n{ block = "conv", out = 64 },',
    good='{ id = "rgb", block = "conv", out = 3, side = true },\n{ block = "conv", out = 64 },',
    see=("https://arxiv.org/abs/1710.10196",),
)
BATCH_NORM_OF_ONE = Rule(
    "GF711",
    "batch-norm-of-one",
    Severity.WARNING,
    says="Batch norm is trained with a batch of one.",
    why="It acts as instance norm in training and differently when sampling (Isola et al. 2017, "
    "arXiv:1611.07004, section 3.3).",
    bad='norm = "batch"\n[train]\nbatch = 1',
    good='norm = "instance"\n[train]\nbatch = 1',
    see=("https://arxiv.org/abs/1611.07004",),
)
SATURATING = Rule(
    "GF712",
    "saturating",
    Severity.WARNING,
    says="The generator minimises log(1 - D(G(z))).",
    why="Its gradient vanishes where the critic is sure; the paper itself trains the other form "
    "(Goodfellow et al. 2014, arXiv:1406.2661, section 3).",
    bad='objective = "saturating"',
    good='objective = "non-saturating"',
    see=("https://arxiv.org/abs/1406.2661",),
)
SATURATING_STEPS = Rule(
    "GF717",
    "saturating-steps",
    Severity.WARNING,
    says="The critic takes several steps per round under an objective that saturates.",
    why="A critic that is nearly perfect gives no gradient; several steps suit Wasserstein and "
    "hinge objectives.",
    bad='objective = "non-saturating"\n[train.players.critic]\nsteps = 5',
    good='objective = "wasserstein"\n[train.players.critic]\nsteps = 5',
    see=(
        "https://arxiv.org/abs/1701.07875",
        "https://arxiv.org/abs/1705.02894",
    ),
)
DISTANCE_WITH_MOMENTUM = Rule(
    "GF718",
    "distance-with-momentum",
    Severity.WARNING,
    says="Adam has much momentum for the critic of a Wasserstein objective.",
    why="What such a critic measures moves with each step of the generator. The authors saw "
    "training break down under Adam with momentum, and took RMSprop (Arjovsky et al. 2017, "
    "arXiv:1701.07875, section 3).",
    bad='objective = "wasserstein"\noptimizer = { kind = "adam", lr = 5e-5 }',
    good='objective = "wasserstein"\noptimizer = { kind = "rmsprop", lr = 5e-5 }',
    see=("https://arxiv.org/abs/1701.07875",),
)
CHECKERBOARD = Rule(
    "GF719",
    "checkerboard",
    Severity.WARNING,
    says="The last layer spreads pixels unevenly: its kernel is no multiple of its stride.",
    why="Some pixels of the image then sum up several times as many values as their neighbours, "
    "which shows as a checkerboard. Layers behind could even it out, and behind the last there "
    "are none (Odena, Dumoulin and Olah 2016).",
    bad='{ block = "conv-transpose", out = 3, kernel = 3, stride = 2, act = "tanh" }',
    good='{ block = "conv-transpose", out = 3, kernel = 4, stride = 2, act = "tanh" }',
    see=("https://distill.pub/2016/deconv-checkerboard/",),
)
NO_EFFECT = Rule(
    "GF720",
    "no-effect",
    Severity.WARNING,
    says="An option changes nothing where it stands.",
    why="It was written to change something: another option takes its effect away, or what it is "
    "about is not there. A paper's setting that is not in force is not the paper's system; "
    "most of a GAN's results hang on such settings (Lucic et al. 2017, arXiv:1711.10337).",
    bad="[losses.adversarial]\ntop_k = 64\n\n[train]\nbatch = 64",
    good="[losses.adversarial]\ntop_k = 48\n\n[train]\nbatch = 64",
    see=("https://arxiv.org/abs/1711.10337",),
)
UNBALANCED = Rule(
    "GF721",
    "unbalanced",
    Severity.WARNING,
    says="One side of an adversarial loss has more than thirty times the weights of the other.",
    why="A critic that is far too small cannot tell what is missing (Arora et al. 2017, "
    "arXiv:1703.00573), and a generator that is far too small cannot make what it asks for. "
    "Published systems stay within twenty times; more is mostly a width that was set on one "
    "side alone.",
    bad="[networks.G]\n# 50,000,000 weights\n[networks.D]\n# 20,000 weights",
    good="[networks.G]\n# 50,000,000 weights\n[networks.D]\n# 2,700,000 weights",
    see=("https://arxiv.org/abs/1703.00573",),
)
GROWTH_STOPS_EARLY = Rule(
    "GF722",
    "growth-stops-early",
    Severity.WARNING,
    says="The last level of a growing network makes smaller images than the data have.",
    why="All real images are shrunk, and no stage sees them as they are; mostly the list of levels "
    "is one short (Karras et al. 2017, arXiv:1710.10196, section 2).",
    bad='[data.fields]\nx = { kind = "image", size = 32 }\n[stages.grow]\nlevel = "range(3)"',
    good='[data.fields]\nx = { kind = "image", size = 32 }\n[stages.grow]\nlevel = "range(4)"',
    see=("https://arxiv.org/abs/1710.10196",),
)
UNLIKELY_NUMBER = Rule(
    "GF723",
    "unlikely-number",
    Severity.WARNING,
    says="A rate, an average or a length lies far beyond what any published system has.",
    why="It is mostly a slip: the sign of an exponent that is missing, the share that changes in "
    "place of the share that stays, images in place of thousands of them. Adam moves each weight "
    "by about its rate in a step (Kingma and Ba 2014, arXiv:1412.6980, section 2.1), so a rate "
    "above 0.1 leaves nothing of an initialisation of deviation 0.02.",
    bad='optimizer = { kind = "adam", lr = 2e4 }',
    good='optimizer = { kind = "adam", lr = 2e-4 }',
    see=("https://arxiv.org/abs/1412.6980",),
)
SCORE_OF_SEVERAL = Rule(
    "GF724",
    "score-of-several",
    Severity.WARNING,
    says="A critic gives several numbers, and no score, for a sample or for a place of it.",
    why="A critic tells how real a sample is by a single number (Goodfellow et al. 2014, "
    "arXiv:1406.2661, section 3), or by one for each patch (Isola et al. 2016, arXiv:1611.07004, "
    "section 3.2). Every one of several is trained as a score of its own: two outputs are no "
    "softmax over real and generated, and those of a classifier tell no classes.",
    bad='layers = [{ block = "linear", out = 2 }]',
    good='layers = [{ block = "linear", out = 1 }]',
    see=("https://arxiv.org/abs/1406.2661", "https://arxiv.org/abs/1611.07004"),
)
LEAKING_AUGMENTATION = Rule(
    "GF731",
    "leaking-augmentation",
    Severity.WARNING,
    says="A critic sees real and generated samples that are augmented in different ways.",
    why="It then judges whether a sample was augmented. Where only real samples are, the generator "
    "learns to make augmented ones; with the same augmentation on both sides it learns the data "
    "(Zhao et al. 2020, arXiv:2006.10738, section 3).",
    bad='real = "D(A(x))"\nfake = "D(fake)"',
    good='real = "D(A(x))"\nfake = "D(A(fake))"',
    see=("https://arxiv.org/abs/2006.10738", "https://arxiv.org/abs/2006.06676"),
)
NORMED_OUTPUT = Rule(
    "GF740",
    "normed-output",
    Severity.WARNING,
    says="A generator normalises the images that it makes.",
    why="The norm fixes the mean and the deviation of each batch or image, which real images are "
    "free in. DCGAN has no norm there, since with one samples oscillate (Radford et al. 2015, "
    "arXiv:1511.06434, section 3).",
    bad='{ block = "conv-transpose", out = 3, norm = "batch", act = "tanh" },',
    good='{ block = "conv-transpose", out = 3, act = "tanh" },',
    see=(
        "https://arxiv.org/abs/1511.06434",
        "https://github.com/naoto0804/chainer-cyclegan/pull/2",
    ),
)
