"""GF6xx: stages and schedules."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

ONE_LENGTH = Rule(
    "GF601",
    "one-length",
    Severity.ERROR,
    says="Training has no length, or more than one.",
    why="Schedules over `progress` need one end.",
    bad="[train]\nkimg = 1000\nepochs = 25",
    good="[train]\nepochs = 25",
)
UNKNOWN_IN_SCHEDULE = Rule(
    "GF602",
    "unknown-in-schedule",
    Severity.ERROR,
    says="A stage, a player or `order` names a loss, network or player that does not exist.",
    why="It would be left out in silence.",
    bad='[stages.first]\nlosses = ["pixl"]',
    good='[stages.first]\nlosses = ["pixel"]',
)
LOSS_IN_NO_STAGE = Rule(
    "GF603",
    "loss-in-no-stage",
    Severity.ERROR,
    says="A loss is active in no stage.",
    why="It would never be computed, though it stands in the spec.",
    bad='[losses.content]\nkind = "reconstruction"\n[stages.only]\nlosses = ["pixel"]',
    good='[losses.content]\nkind = "reconstruction"\n[stages.only]\nlosses = ["pixel", "content"]',
)
NETWORK_STANDS_STILL = Rule(
    "GF604",
    "network-stands-still",
    Severity.WARNING,
    says="A stage names a network in `train` that none of its losses moves.",
    why="The network stays as it is, and the line says otherwise.",
    bad='[stages.pretrain]\nlosses = ["pixel"]\ntrain = ["G", "D"]',
    good='[stages.pretrain]\nlosses = ["pixel"]\ntrain = ["G"]',
)
NO_LEVEL = Rule(
    "GF605",
    "no-level",
    Severity.ERROR,
    says="A formula or wiring names `level`, `res` or `fade`, and no stage sets a level.",
    why="Networks grow from stage to stage: outside of such stages there is nothing to grow.",
    bad='when = "i <= level"',
    good='when = "i <= level"\n[stages.grow]\nlevel = "range(3)"\nkimg = 600',
)
LEVEL_OUTSIDE = Rule(
    "GF606",
    "level-outside",
    Severity.ERROR,
    says="A stage has a level for which networks have no layers, or that makes no difference.",
    why="A level that is one too high trains the same networks for another stage.",
    bad='{ for = "i", in = "range(3)", ... }\n[stages.grow]\nlevel = "range(4)"',
    good='{ for = "i", in = "range(3)", ... }\n[stages.grow]\nlevel = "range(3)"',
)
LEAVES_RANGE = Rule(
    "GF607",
    "leaves-range",
    Severity.ERROR,
    says="A live number leaves its range at some moment of training.",
    why="A negative learning rate climbs instead of descending, and no step is less than one. It "
    "is tried at the start and the end, all first rounds, whole epochs, and evenly between.",
    bad='lr = "2e-4 * (1 - epoch / 100)"\nepochs = 200',
    good='lr = "linear(2e-4, 0, epoch / 200)"\nepochs = 200',
)
ORDER_LACKS_PLAYER = Rule(
    "GF608",
    "order-lacks-player",
    Severity.ERROR,
    says="`order` leaves out a player, or names one twice.",
    why="Every player has one turn in a round; `steps` repeats it.",
    bad='order = ["critic"]',
    good='order = ["critic", "generator"]',
)
SHOWN_BEFORE_TRAINED = Rule(
    "GF610",
    "shown-before-trained",
    Severity.WARNING,
    says="Samples of a stage are made by a network that a later stage trains first.",
    why="They show noise, however well the stage trains.",
    bad='[sample]\nimages = ["low", "fake"]\n[stages.low]\nlosses = ["first"]',
    good='[sample]\nimages = ["low", "fake"]\n[stages.low]\nlosses = ["first"]\nimages = ["low"]',
)
STEPS_AT_ONCE = Rule(
    "GF611",
    "steps-at-once",
    Severity.ERROR,
    says="A player has several `steps` where all players step at once.",
    why="Their gradients are of the same weights: computed again, they would be the same step.",
    bad='update = "simultaneous"\n[train.players.critic]\nsteps = 2',
    good='update = "alternating"\n[train.players.critic]\nsteps = 2',
)
MAY_LEAVE_RANGE = Rule(
    "GF612",
    "may-leave-range",
    Severity.WARNING,
    says="A live number leaves its range if the data have as many samples as `count` says.",
    why="Rounds and epochs count differently, and only the data tell how many rounds an epoch "
    "has. A step count below 1 is then taken as 1.",
    bad='lr = "2e-4 * (1 - epoch / 100)"\nrounds = 1_000_000',
    good='lr = "2e-4 * (1 - progress)"\nrounds = 1_000_000',
)
UNKNOWN_FIGURE = Rule(
    "GF613",
    "unknown-figure",
    Severity.ERROR,
    says="A number follows a figure that no round logs.",
    why="It would never change. The log has each loss by its name, the sides of a game as "
    "`LOSS.critic` and `LOSS.generator`, and what a loss reports, such as `LOSS.convergence`.",
    bad='lr = { kind = "plateau", start = 1e-4, of = "convergence", window = 10_000 }',
    good='lr = { kind = "plateau", start = 1e-4, of = "adversarial.convergence", window = 10_000 }',
    see=("https://arxiv.org/abs/1703.10717",),
)
USED_BEFORE_TRAINED = Rule(
    "GF620",
    "used-before-trained",
    Severity.WARNING,
    says="A stage computes with a network that it does not train and no stage before has trained.",
    why="What is frozen must have learned something first: StackGAN's second stage refines what "
    "its first one makes (https://arxiv.org/abs/1612.03242, section 3). A critic may be trained "
    "first on what an untrained generator makes; such a stage says so with "
    "`# ganforge: ignore[GF620] warming up`.",
    bad='[stages.high]\ntrain = ["G2", "D2"]\n[stages.low]\ntrain = ["G1", "D1"]',
    good='[stages.low]\ntrain = ["G1", "D1"]\n[stages.high]\ntrain = ["G2", "D2"]',
)
OTHER_AT_A_LEVEL = Rule(
    "GF621",
    "other-at-a-level",
    Severity.ERROR,
    says="A layer has other weights at one level of a growing network than at another.",
    why="A network that grows keeps what it has learned: a layer stands at a level or does not. "
    "What stands is the same at all levels (https://arxiv.org/abs/1710.10196, section 2).",
    bad='{ block = "conv", out = "8 * (level + 1)" }',
    good='{ for = "i", in = "range(3)", layers = [{ block = "conv", out = "8 * (i + 1)", '
    'when = "i <= level" }] }',
)
