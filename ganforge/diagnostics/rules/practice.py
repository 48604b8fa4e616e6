"""GF7xx: what practice and the papers advise against. Each can be silenced by its name."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

BATCH_NORM_WITH_PENALTY = Rule(
    "GF701",
    "batch-norm-with-penalty",
    Severity.WARNING,
    says="A critic with batch norm is given a gradient penalty.",
    why="The penalty is meant per sample, and batch norm makes samples depend on each other "
    "(Gulrajani et al. 2017, arXiv:1704.00028, section 4).",
    bad='[networks.D]\nlayers = [{ block = "conv", out = 64, norm = "batch" }]',
    good='[networks.D]\nlayers = [{ block = "conv", out = 64, norm = "layer" }]',
)
SIGMOID_BEFORE_LOGITS = Rule(
    "GF702",
    "sigmoid-before-logits",
    Severity.WARNING,
    says="A critic ends in `sigmoid`, and its loss takes logits.",
    why="The loss applies the sigmoid itself; twice, it flattens every gradient.",
    bad='{ block = "linear", out = 1, act = "sigmoid" }',
    good='{ block = "linear", out = 1 }',
)
RANGE_MISMATCH = Rule(
    "GF703",
    "range-mismatch",
    Severity.WARNING,
    says="The generator's images lie in another range than the data.",
    why="The critic tells them apart by their range alone.",
    bad='x = { kind = "image", channels = 3, size = 64, range = [0, 1] }\n# G ends in tanh',
    good='x = { kind = "image", channels = 3, size = 64, range = [-1, 1] }',
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
)
MOMENTUM_WITH_PENALTY = Rule(
    "GF706",
    "momentum-with-penalty",
    Severity.WARNING,
    says="A critic with a gradient penalty is trained by Adam with a high first momentum.",
    why="The paper uses betas 0 and 0.9 (Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1).",
    bad='optimizer = { kind = "adam", lr = 1e-4, betas = [0.9, 0.999] }',
    good='optimizer = { kind = "adam", lr = 1e-4, betas = [0.0, 0.9] }',
)
SOFTMAX_BEFORE_LOGITS = Rule(
    "GF708",
    "softmax-before-logits",
    Severity.WARNING,
    says="A head ends in `softmax`, and its loss takes logits.",
    why="Cross entropy applies the softmax itself.",
    bad='{ block = "linear", out = "classes", act = "softmax" }',
    good='{ block = "linear", out = "classes" }',
)
BOTTLENECK = Rule(
    "GF709",
    "bottleneck",
    Severity.WARNING,
    says="A network narrows to a few channels and widens again over the whole image.",
    why="A head has become the main line: mark it `side = true`.",
    bad='{ block = "conv", out = 512 }, { block = "conv", out = 3 }, { block = "conv", out = 512 }',
    good='{ block = "conv", out = 512 }, { side = true, block = "conv", out = 3 }, { block = '
    '"conv", out = 512 }',
)
STDDEV_GROUPS = Rule(
    "GF710",
    "stddev-groups",
    Severity.WARNING,
    says="`minibatch-stddev` is given a batch of one, or a group that does not divide the batch.",
    why="The deviation is taken over nothing.",
    bad='{ block = "minibatch-stddev", group = 4 }\n# batch = 6',
    good='{ block = "minibatch-stddev", group = 3 }',
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
)
SAMPLING_SIZE = Rule(
    "GF716",
    "sampling-size",
    Severity.WARNING,
    says="A latent is drawn in another size when sampling than in training.",
    why="The generator was built for one size.",
    bad='[latents]\nz = { distribution = "normal", size = 120 }\n[sample]\n'
    "latents = { z = { size = 100 } }",
    good='[latents]\nz = { distribution = "normal", size = 120 }',
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
)
