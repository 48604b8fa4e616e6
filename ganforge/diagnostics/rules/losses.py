"""GF4xx: losses and gradients."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

LOSS_MOVES_NOTHING = Rule(
    "GF401",
    "loss-moves-nothing",
    Severity.ERROR,
    says="No trainable network lies upstream of a loss.",
    why="Every path is cut by `detach`, frozen, or comes from data alone.",
    bad='original = "a"\nreconstruction = "detach(b)"',
    good='original = "a"\nreconstruction = "b"',
    see=(
        "https://github.com/samet-akcay/skip-ganomaly/issues/5",
        "https://github.com/wangle53/CSA-CDGAN/issues/5",
    ),
)
NOTHING_MOVES_NETWORK = Rule(
    "GF402",
    "nothing-moves-network",
    Severity.ERROR,
    says="No loss moves a network that is not frozen.",
    why="It would stay at its random start.",
    bad='[flow]\nfake = "G(Q(z))"\n[losses.adversarial]\ntrains = ["D", "G"]',
    good='[losses.adversarial]\ntrains = ["D", "G", "Q"]',
    see=("https://github.com/pianomania/infoGAN-pytorch/pull/1",),
)
NO_CRITIC = Rule(
    "GF403",
    "no-critic",
    Severity.ERROR,
    says="`real` and `fake` of an adversarial loss contain no call of a network in common.",
    why="The critic is the outermost network that both call.",
    bad='real = "x"\nfake = "fake"',
    good='real = "D(x)"\nfake = "D(fake)"',
)
TWO_CRITICS = Rule(
    "GF404",
    "two-critics",
    Severity.ERROR,
    says="`real` and `fake` of an adversarial loss are judged by different critics.",
    why="An adversarial loss has one critic.",
    bad='real = "D_a(a)"\nfake = "D_b(fake_a)"',
    good='real = "D_a(a)"\nfake = "D_a(fake_a)"',
)
WRT_ELSEWHERE = Rule(
    "GF405",
    "wrt-elsewhere",
    Severity.ERROR,
    says="A loss differentiates a score by what has no gradient of it.",
    why="The score is not made from it, or through networks that the player does not train.",
    bad='score = "D(x)"\nwrt = "fake"',
    good='score = "D(x)"\nwrt = "x"',
)
GRADIENT_CUT = Rule(
    "GF406",
    "gradient-cut",
    Severity.ERROR,
    says="The generator of an adversarial loss is trainable, and `detach` cuts its gradient.",
    why="The compiler cuts it by itself while the critic learns.",
    bad='fake = "D(detach(fake))"',
    good='fake = "D(fake)"',
    see=("https://github.com/wangle53/CSA-CDGAN/issues/5",),
)
SHARED_WITH_REAL = Rule(
    "GF407",
    "shared-with-real",
    Severity.NOTE,
    says="A network before the critic, of real samples too, learns on the generator's side.",
    why="What is not the critic belongs to the generator: an embedding of the condition then "
    "learns to deceive the critic. `trains` says that it is meant, and `detach` that it is "
    "not.",
    bad='real = "D(x, E(label))"\nfake = "D(fake, E(y))"',
    good='real = "D(x, detach(E(label)))"\nfake = "D(fake, detach(E(y)))"',
    see=("https://arxiv.org/abs/1605.09782",),
)
TWO_PLAYERS = Rule(
    "GF408",
    "two-players",
    Severity.ERROR,
    says="A network belongs to two players.",
    why="A network has one optimiser.",
    bad='[train.players.a]\nnetworks = ["D"]\n[train.players.b]\nnetworks = ["D"]',
    good='[train.players.a]\nnetworks = ["D"]\n[train.players.b]\nnetworks = ["G"]',
)
TRAINS_UNREACHED = Rule(
    "GF409",
    "trains-unreached",
    Severity.ERROR,
    says="`trains` names a network that the loss does not depend on.",
    why="It would receive no gradient.",
    bad='real = "D(x)"\nfake = "D(G(z))"\ntrains = ["E"]',
    good='real = "D(x)"\nfake = "D(G(z))"\ntrains = ["G", "D"]',
    see=("https://github.com/eriklindernoren/PyTorch-GAN/issues/131",),
)
PREDICTION_WIDTH = Rule(
    "GF410",
    "prediction-width",
    Severity.ERROR,
    says="A prediction has another width than what it predicts.",
    why="A class needs one logit per class; a number needs a mean, or a mean and log variance.",
    bad='{ id = "c", block = "linear", out = 9 }, and `c` has 10 classes',
    good='{ id = "c", block = "linear", out = 10 }',
    see=(
        "https://arxiv.org/abs/1610.09585",
        "https://arxiv.org/abs/1606.03657",
    ),
)
ONE_CLASS_ALONE = Rule(
    "GF411",
    "one-class-alone",
    Severity.ERROR,
    says="`real_logit` is given fewer than two logits.",
    why="It sets the last class, FAKE, against all others; of one logit there are no others.",
    bad='{ id = "all", block = "linear", out = 1 }\nreal = "real_logit(D(x).all)"',
    good='{ id = "all", block = "linear", out = "classes + 1" }\nreal = "real_logit(D(x).all)"',
    see=("https://arxiv.org/abs/1606.01583",),
)
NO_SECOND_GRADIENT = Rule(
    "GF412",
    "no-second-gradient",
    Severity.ERROR,
    says="A gradient penalty leads through a block that has no second gradient.",
    why="The penalty is a function of a gradient, and learning from it needs the gradient of that. "
    "The block's plugin says that it has none, as of fused operations on a GPU.",
    bad='{ block = "fused-upsample" }\n# declared with twice_differentiable=False',
    good='{ block = "upsample" }',
    see=("https://github.com/NVlabs/stylegan3/blob/main/torch_utils/ops/conv2d_gradfix.py",),
)
POOL_OF_SIZES = Rule(
    "GF413",
    "pool-of-sizes",
    Severity.ERROR,
    says="A loss with a pool judges samples of one size in one stage and of another in the next.",
    why="A pool keeps older samples and mixes them with new ones in one batch (Shrivastava et al. "
    "2017, arXiv:1612.07828, section 2.3): they need one shape. Networks that grow make larger "
    "ones at each level.",
    bad='[losses.adversarial]\npool = 50\n[stages.grow]\nlevel = "range(top + 1)"',
    good='[losses.adversarial]\n[stages.grow]\nlevel = "range(top + 1)"',
    see=("https://arxiv.org/abs/1612.07828",),
)
NO_GAME = Rule(
    "GF415",
    "no-game",
    Severity.ERROR,
    says="One side of an adversarial loss cannot learn, both see the same, or they are swapped.",
    why="A critic that is frozen or has no weights teaches at random, and without a generator "
    "nothing is generated. `trains` says that one side alone shall learn.",
    bad='real = "G(z)"\nfake = "G(z)"',
    good='real = "D(x)"\nfake = "D(G(z))"',
    see=("https://arxiv.org/abs/1406.2661",),
)
LATENT_UNSEEN = Rule(
    "GF416",
    "latent-unseen",
    Severity.ERROR,
    says="A latent shall be told from a tensor that is not made from it.",
    why="The tensor knows nothing of the latent, so the loss can teach nothing but the prior.",
    bad='fake = "G(z)"\ncodes = { c = "Q(fake)" }',
    good='fake = "G(z, c)"\ncodes = { c = "Q(fake)" }',
    see=("https://arxiv.org/abs/1606.03657",),
)
NO_WAY_BACK = Rule(
    "GF417",
    "no-way-back",
    Severity.ERROR,
    says="A cycle does not lead from its original through two maps, to what is like it.",
    why="Only a way there and back says that nothing was lost (Zhu et al. 2017, arXiv:1703.10593).",
    bad='kind = "cycle-consistency"\noriginal = "a"\nreconstruction = "G_ab(a)"',
    good='kind = "cycle-consistency"\noriginal = "a"\nreconstruction = "G_ba(G_ab(a))"',
    see=("https://arxiv.org/abs/1703.10593",),
)
IDENTITY_ELSEWHERE = Rule(
    "GF418",
    "identity-elsewhere",
    Severity.ERROR,
    says="An identity loss is given a sample from outside the domain that its map leads into.",
    why="There it forbids the map to do anything: it teaches not to translate.",
    bad='kind = "identity"\noriginal = "a"\nreconstruction = "G_ab(a)"',
    good='kind = "identity"\noriginal = "b"\nreconstruction = "G_ab(b)"',
    see=("https://arxiv.org/abs/1703.10593",),
)
KEY_NO_LATENT = Rule(
    "GF419",
    "key-no-latent",
    Severity.ERROR,
    says="A loss's table from latents to tensors has a key that is no latent.",
    why="What the loss asks for is drawn from a prior, so its name is one of `[latents]`.",
    bad='codes = { digit = "guess.c" }',
    good='codes = { c = "guess.c" }',
    see=("https://arxiv.org/abs/1606.03657",),
)
TWO_PENALTIES = Rule(
    "GF420",
    "two-penalties",
    Severity.ERROR,
    says="Two penalties draw the gradient of one critic to norms that cannot both be.",
    why="A gradient of norm 1 everywhere (arXiv:1704.00028) and one of norm 0 at the data "
    "(arXiv:1801.04406) exclude each other, and the same penalty twice is one with another weight. "
    "Two penalties to 0 go together, one of real and one of generated samples.",
    bad='[losses.gp]\nkind = "gradient-penalty"\n\n'
    '[losses.r1]\nkind = "gradient-penalty"\ncenter = 0',
    good='[losses.r1]\nkind = "gradient-penalty"\ncenter = 0',
    see=("https://arxiv.org/abs/1704.00028", "https://arxiv.org/abs/1801.04406"),
)
NO_SCORE = Rule(
    "GF422",
    "no-score",
    Severity.ERROR,
    says="A loss that holds a critic's scores near 0 is given what a generator makes.",
    why="It would teach the generator to make grey images, and the critic's scores would drift all "
    "the same (Karras et al. 2017, arXiv:1710.10196, appendix A.1).",
    bad='kind = "drift"\nscore = "fake"',
    good='kind = "drift"\nscore = "D(x)"',
    see=("https://arxiv.org/abs/1710.10196",),
)
NO_SUCH_WEIGHTS = Rule(
    "GF423",
    "no-such-weights",
    Severity.ERROR,
    says="A list of networks names one that is not there, or weights that cannot be taken.",
    why="A loss over weights takes those of networks that the spec has and calls: `G` for all of "
    "its layers, `G.shared` for the layer with that id. What `except` leaves out is among them.",
    bad='kind = "orthogonal"\nnetworks = ["Gen"]',
    good='kind = "orthogonal"\nnetworks = ["G"]',
    see=("https://arxiv.org/abs/1809.11096",),
)
SAME_TENSOR = Rule(
    "GF425",
    "same-tensor",
    Severity.ERROR,
    says="A loss compares a tensor with itself.",
    why="Equal calls are computed once in a player's step, so the difference is 0 and nobody "
    "learns from it. Consistency compares two views of a sample (Zhang et al. 2019, "
    "arXiv:1910.12027), or two passes with dropout (Wei et al. 2018, arXiv:1803.01541).",
    bad='kind = "consistency"\nfirst = "D(x)"\nsecond = "D(x)"',
    good='kind = "consistency"\nfirst = "D(x)"\nsecond = "fresh(D(x))"',
    see=("https://arxiv.org/abs/1910.12027", "https://arxiv.org/abs/1803.01541"),
)
UNPAIRED = Rule(
    "GF460",
    "unpaired",
    Severity.WARNING,
    says="Images without pairs are compared, or judged together, as if they were pairs.",
    why="With `paired = false` each image of one domain meets any image of the other, so a loss "
    "between them teaches their mean. Domains without pairs are translated by cycles (Zhu et al. "
    "2017, arXiv:1703.10593).",
    bad='[data]\npaired = false\n[losses.pixel]\nkind = "reconstruction"\n'
    'original = "b"\nreconstruction = "G(a)"',
    good='[data]\npaired = true\n[losses.pixel]\nkind = "reconstruction"\n'
    'original = "b"\nreconstruction = "G(a)"',
    see=(
        "https://arxiv.org/abs/1703.10593",
        "https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix/issues/1379",
    ),
)
WANTS_TO_BE_FAKE = Rule(
    "GF461",
    "wants-to-be-fake",
    Severity.ERROR,
    says="The generator's target is nearer the critic's for fakes than its one for real samples.",
    why="The generator then learns to be told apart. It wants what real samples get (Goodfellow et "
    "al. 2014, arXiv:1406.2661), or what lies between (Mao et al. 2017, arXiv:1611.04076).",
    bad="targets = { real = 1, fake = 0, generator = 0 }",
    good="targets = { real = 1, fake = 0, generator = 1 }",
    see=(
        "https://arxiv.org/abs/1406.2661",
        "https://arxiv.org/abs/1611.04076",
        "https://github.com/wangle53/CSA-CDGAN/issues/3",
    ),
)
NEGATIVE_LOSS = Rule(
    "GF462",
    "negative-loss",
    Severity.WARNING,
    says="A loss, or one side of it, is multiplied by a number below 0.",
    why="What is trained by it then makes it as large as it can. The losses have their signs "
    "already: the critic's and the generator's are opposite, and penalties are added.",
    bad='[losses.penalty]\nkind = "gradient-penalty"\nweight = -10',
    good='[losses.penalty]\nkind = "gradient-penalty"\nweight = 10',
    see=(
        "https://github.com/Zeleni9/pytorch-wgan/pull/53",
        "https://github.com/keras-team/keras-contrib/issues/537",
    ),
)
BOTH_SIDES = Rule(
    "GF463",
    "both-sides",
    Severity.WARNING,
    says="One player trains both sides of an adversarial loss.",
    why="Critic and generator then step at once, by one optimiser, and neither answers what the "
    "other did. Each side is a player (Goodfellow et al. 2014, arXiv:1406.2661).",
    bad='[train.players.critic]\nnetworks = ["G"]',
    good='[train.players.critic]\nnetworks = ["D"]',
    see=(
        "https://arxiv.org/abs/1406.2661",
        "https://github.com/zhaoyuzhi/deepfillv2/pull/3",
    ),
)
NO_ERROR = Rule(
    "GF464",
    "no-error",
    Severity.WARNING,
    says="The game of an autoencoder is given what may be below 0.",
    why="It balances errors: a critic that gives a score, or a difference with its sign, can make "
    "its loss as small as it likes and learns to rebuild nothing (Berthelot et al. 2017, "
    "arXiv:1703.10717).",
    bad='kind = "boundary-equilibrium"\nreal = "D(x)"\nfake = "D(fake)"',
    good='kind = "boundary-equilibrium"\nreal = "absolute_error(D(x), x)"\n'
    'fake = "absolute_error(D(fake), fake)"',
    see=("https://arxiv.org/abs/1703.10717",),
)
ONLY_RESTRAINED = Rule(
    "GF465",
    "only-restrained",
    Severity.WARNING,
    says="Nothing but penalties of gradients or weights moves a network.",
    why="A penalty says how steep a network may be, or how large its weights, not what it shall "
    "learn. Alone it ends in a network that gives one value for everything (Mescheder et al. 2018, "
    "arXiv:1801.04406, add R1 to the loss of the critic itself). Often the penalty names another "
    "critic than the adversarial loss.",
    bad='[losses.r1]\nkind = "gradient-penalty"\nscore = "D2(x)"\nwrt = "x"',
    good='[losses.r1]\nkind = "gradient-penalty"\nscore = "D(x)"\nwrt = "x"',
    see=("https://arxiv.org/abs/1801.04406",),
)
CONTRARY_SIDES = Rule(
    "GF466",
    "contrary-sides",
    Severity.WARNING,
    says="One side of a game turns the sign of its scores around, and the other does not; or one "
    "loss takes for fake what another takes for real.",
    why="A loss compares the scores of real and generated samples: high ones mean real (in "
    "energies, low ones). With one sign turned around the critic is asked to give all samples the "
    "same score, and learns nothing about them. The minus of a paper's formula is in the loss "
    "already (Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1).",
    bad='real = "-D(x)"\nfake = "D(fake)"',
    good='real = "D(x)"\nfake = "D(fake)"',
    see=("https://arxiv.org/abs/1701.07875",),
)
UNJUDGED_DOMAIN = Rule(
    "GF467",
    "unjudged-domain",
    Severity.WARNING,
    says="Two critics judge the same samples, and none judges those of another domain.",
    why="What translates into the other domain is then never compared with its images: it learns "
    "from the way there and back alone, which any invertible map satisfies. Each domain has a "
    "critic of its own (Zhu et al. 2017, arXiv:1703.10593, section 3).",
    bad='[losses.a]\nreal = "D_a(b)"\nfake = "D_a(fake_b)"\n\n'
    '[losses.b]\nreal = "D_b(b)"\nfake = "D_b(fake_b)"',
    good='[losses.a]\nreal = "D_a(a)"\nfake = "D_a(fake_a)"\n\n'
    '[losses.b]\nreal = "D_b(b)"\nfake = "D_b(fake_b)"',
    see=("https://arxiv.org/abs/1703.10593",),
)
