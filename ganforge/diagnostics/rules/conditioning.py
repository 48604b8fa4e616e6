"""GF5xx: conditions and classes."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

UNSEEN_CONDITION = Rule(
    "GF501",
    "unseen-condition",
    Severity.WARNING,
    says="A generator is given a condition, and no loss sees whether it heeds it.",
    why="Nothing rewards the generator for heeding its condition: it learns to ignore it.",
    bad='fake = "G(z, y)", and the loss takes D(fake)',
    good="the loss takes D(fake, y)",
    see=("https://arxiv.org/abs/1411.1784",),
)
OTHER_CONDITION = Rule(
    "GF502",
    "other-condition",
    Severity.WARNING,
    says="A sample is judged under another condition than its own.",
    why="The critic sees wrong pairs, and the generator is punished for heeding its condition.",
    bad='fake = "D(G(z, y), label)"',
    good='fake = "D(G(z, y), y)"',
    see=("https://arxiv.org/abs/1411.1784",),
)
CLASS_AS_NUMBERS = Rule(
    "GF503",
    "class-as-numbers",
    Severity.ERROR,
    says="A class index is used as if it were numbers.",
    why="Class 7 is not seven times class 1: `one_hot` or an embedding makes numbers of it.",
    bad='from = "concat(z, y)"',
    good='from = "concat(z, one_hot(y))"',
)
UNLABELLED = Rule(
    "GF504",
    "unlabelled",
    Severity.ERROR,
    says="Labels that most samples lack are used where each sample needs one.",
    why="Samples without a label have the class -1, which no table and no `one_hot` has.",
    bad='label = { kind = "class", classes = 10, labelled = 1000 }\nreal = "D(x, label)"',
    good='kind = "auxiliary-class"\nlogits = "D(x).label"\ntarget = "label"',
)
NO_NOISE = Rule(
    "GF505",
    "no-noise",
    Severity.ERROR,
    says="`corrupt` or `clean` is given classes whose noise is not known.",
    why="A condition says how the labels of its field are noisy: `corrupt` makes clean classes as "
    "noisy, and `clean` draws clean ones for noisy ones.",
    bad='y = { field = "label" }\n[flow]\nnoisy = "corrupt(y)"',
    good='y = { field = "label", noise = { kind = "symmetric", rate = 0.3 } }',
    see=("https://arxiv.org/abs/1811.11165",),
)
EMBEDDING_OF_NUMBERS = Rule(
    "GF506",
    "embedding-of-numbers",
    Severity.ERROR,
    says="A table of classes is looked up by something that is no class.",
    why="An embedding has one row per class; numbers go through `linear`.",
    bad='{ block = "embedding", out = 128, from = "z" }',
    good='{ block = "linear", out = 128, from = "z" }',
)
NO_SWEEP = Rule(
    "GF507",
    "no-sweep",
    Severity.ERROR,
    says="Rows or columns of samples run through something that they cannot.",
    why="They run through a class, attributes, a latent or one number of it, or a vector of the "
    "data, from which samples are made.",
    bad='rows = { of = "z", values = [0, 1] }',
    good='rows = "y"\ncolumns = { of = "z[0]", values = [0, 1] }',
)
REAL_CLASSES = Rule(
    "GF508",
    "real-classes",
    Severity.WARNING,
    says="Samples are generated under the classes of the real samples in the batch.",
    why="The generator then sees classes only beside their images, and samples cannot be asked for "
    "by class. A condition draws its own, as in the paper (Mirza and Osindero 2014, "
    "arXiv:1411.1784).",
    bad='[flow]\nfake = "G(z, label)"',
    good='[conditioning]\ny = { field = "label" }\n\n[flow]\nfake = "G(z, y)"',
    see=("https://arxiv.org/abs/1411.1784",),
)
OTHER_LATENT = Rule(
    "GF509",
    "other-latent",
    Severity.ERROR,
    says="`[sample] latents` draws something that is no latent, or in another shape.",
    why="Networks take latents of one shape; samples may draw them from another distribution.",
    bad='z = { distribution = "normal", size = 128 }\n[sample]\n'
    'latents = { z = { distribution = "truncated-normal", size = 120 } }',
    good='latents = { z = { distribution = "truncated-normal", threshold = 0.5 } }',
)
NOT_GENERATED_UNDER = Rule(
    "GF510",
    "not-generated-under",
    Severity.ERROR,
    says="A generated sample is judged under a condition that it is not made from.",
    why="The critic tells real pairs from random ones, and no generator can do anything about it: "
    "a projection critic needs a conditional generator (Miyato and Koyama 2018, "
    "arXiv:1802.05637).",
    bad='fake = "D(G(z), y)"',
    good='fake = "D(G(z, y), y)"',
    see=("https://arxiv.org/abs/1802.05637",),
)
OTHER_PLACE = Rule(
    "GF511",
    "other-place",
    Severity.WARNING,
    says="A critic is given one tensor as different inputs of its calls for real and generated "
    "samples.",
    why="It tells the two apart by the place of what they share, and the generator learns nothing. "
    "In pix2pix the input image stands first in both calls (Isola et al. 2016, "
    "arXiv:1611.07004).",
    bad='real = "D(a, b)"\nfake = "D(fake, a)"',
    good='real = "D(a, b)"\nfake = "D(a, fake)"',
    see=("https://arxiv.org/abs/1611.07004",),
)
CROSSED_PAIRS = Rule(
    "GF512",
    "crossed-pairs",
    Severity.WARNING,
    says="The pairs that a critic judges are mixed up: each half belongs to the other pair.",
    why="A critic of pairs learns whether a sample and a code belong together, and the networks "
    "that make them learn to agree. Pairs of what has nothing to do with each other teach neither "
    "(Donahue et al. 2016, arXiv:1605.09782, section 3).",
    bad='real = "D(x, z)"\nfake = "D(G(z), E(x))"',
    good='real = "D(x, E(x))"\nfake = "D(G(z), z)"',
    see=("https://arxiv.org/abs/1605.09782",),
)
