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
TRUNCATED_WITHOUT_AVERAGE = Rule(
    "GF715",
    "truncated-without-average",
    Severity.WARNING,
    says="Samples draw a truncated latent, and the weights are not averaged.",
    why="Truncation was published with a moving average of the generator's weights; those of one "
    "moment answer to it unevenly (Brock et al. 2018, arXiv:1809.11096, section 3.1).",
    bad='[sample]\nlatents = { z = { distribution = "truncated-normal" } }',
    good="[train]\nema = { decay = 0.9999 }\n\n[sample]\n"
    'latents = { z = { distribution = "truncated-normal" } }',
    see=("https://arxiv.org/abs/1809.11096",),
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
