"""GF2xx: names and wiring."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

UNKNOWN_TENSOR = Rule(
    "GF201",
    "unknown-tensor",
    Severity.ERROR,
    says="Wiring names a tensor that is not known at this place.",
    why="A tensor is a field, a latent, a line of `[flow]`, or an input or id of the network.",
    bad='fake_b = "G_ab(aa)"',
    good='fake_b = "G_ab(a)"',
)
TWO_TENSORS = Rule(
    "GF202",
    "two-tensors",
    Severity.ERROR,
    says="One name stands for two tensors.",
    why="Wiring that names it would be ambiguous.",
    bad='[data.fields]\nz = { kind = "vector", size = 8 }\n[latents]\n'
    'z = { distribution = "normal", size = 8 }',
    good='[data.fields]\nv = { kind = "vector", size = 8 }\n[latents]\n'
    'z = { distribution = "normal", size = 8 }',
)
FLOW_CYCLE = Rule(
    "GF203",
    "flow-cycle",
    Severity.ERROR,
    says="Lines of `[flow]` depend on each other in a circle.",
    why="None of them can be computed first.",
    bad='fake_b = "G(rec_a)"\nrec_a = "F(fake_b)"',
    good='fake_b = "G(a)"\nrec_a = "F(fake_b)"',
)
WRONG_ARGUMENTS = Rule(
    "GF204",
    "wrong-arguments",
    Severity.ERROR,
    says="A network or function is called with the wrong number of inputs, an unknown one, or in "
    "the wrong order.",
    why="Every input without `?` is given, in order.",
    bad='fake = "D(fake)"\n# D has inputs = ["x", "y"]',
    good='fake = "D(fake, y)"',
)
OUTPUT_NOT_CHOSEN = Rule(
    "GF205",
    "output-not-chosen",
    Severity.ERROR,
    says="A network or composite block with named outputs is used without choosing one, or a "
    "chosen output does not exist.",
    why="The call stands for one tensor.",
    bad='real = "D(x)"\n# D has outputs = { score = "s", features = "h" }',
    good='real = "D(x).score"',
)
NO_SUCH_ELEMENT = Rule(
    "GF206",
    "no-such-element",
    Severity.ERROR,
    says="A list of tensors has no element at this index, or a loop no such turn.",
    why="An id inside a loop is known for the finished turns of the loop only.",
    bad='from = "down[i + 1]"\n# in the last turn',
    good='from = "down[i]"',
)
USED_TOO_EARLY = Rule(
    "GF207",
    "used-too-early",
    Severity.ERROR,
    says="A layer names the result of a layer that stands below it.",
    why="Layers see only what stands before them.",
    bad='{ block = "conv", out = 8, from = "h" },\n{ id = "h", block = "relu" },',
    good='{ id = "h", block = "relu" },\n{ block = "conv", out = 8, from = "h" },',
)
HIDING_VARIABLE = Rule(
    "GF208",
    "hiding-variable",
    Severity.ERROR,
    says="A loop variable has the name of something else in scope.",
    why="Formulas in the loop would mean another thing than the same formulas outside it.",
    bad='{ for = "size", in = "range(3)", layers = [] }',
    good='{ for = "i", in = "range(3)", layers = [] }',
)
ID_TWICE = Rule(
    "GF209",
    "id-twice",
    Severity.ERROR,
    says="Two layers of a network have one id.",
    why="An id names one result; a loop makes lists of them.",
    bad='{ id = "h", block = "relu" }, { id = "h", block = "tanh" }',
    good='{ id = "h", block = "relu" }, { id = "t", block = "tanh" }',
)
RECURSIVE_BLOCK = Rule(
    "GF210",
    "recursive-block",
    Severity.ERROR,
    says="Composite blocks contain themselves, directly or through each other.",
    why="They would never end.",
    bad='[blocks.a]\nlayers = [{ block = "a" }]',
    good='[blocks.a]\nlayers = [{ block = "relu" }]',
)
NETWORK_INSIDE_NETWORK = Rule(
    "GF211",
    "network-inside-network",
    Severity.ERROR,
    says="A network is called inside a network or block.",
    why="Who trains a network is decided by calls in `[flow]`, losses and `[sample]`.",
    bad='[networks.G]\nlayers = [{ from = "embed(y)" }]',
    good='[flow]\nfake = "G(z, embed(y))"',
)
NOT_A_FUNCTION = Rule(
    "GF212",
    "not-a-function",
    Severity.ERROR,
    says="A block with weights or state is called as a function in wiring.",
    why="Weights belong to a network, and a call in wiring has no owner for them.",
    bad='h = "conv(x, out=3)"',
    good='{ id = "h", block = "conv", out = 3, from = "x" }',
)
UNUSED_FLOW = Rule(
    "GF213",
    "unused-flow",
    Severity.WARNING,
    says="A line of `[flow]` reaches no loss and no sample.",
    why="It is never computed.",
    bad='[flow]\nfake = "G(z)"\nrec = "G(code)"',
    good='[flow]\nfake = "G(z)"',
)
NETWORK_NEVER_CALLED = Rule(
    "GF214",
    "network-never-called",
    Severity.WARNING,
    says="A network is declared and never called.",
    why="It has no inputs, no shapes, and nothing to learn.",
    bad="[networks.Q]",
    good='[flow]\nguess = "Q(fake)"',
)
LEFT_OUT_LAYER = Rule(
    "GF215",
    "left-out-layer",
    Severity.ERROR,
    says="A layer whose `when` is false is used by another.",
    why="A layer that is left out has no result.",
    bad='{ id = "skip", block = "relu", when = "false" }, { from = "skip" }',
    good='{ id = "skip", block = "relu", when = "false" }, { from = "skip", when = "has(skip)" }',
)
UNREACHED_LAYER = Rule(
    "GF216",
    "unreached-layer",
    Severity.WARNING,
    says="The result of a layer reaches no output of its network.",
    why="It is computed for nothing, and its weights never move.",
    bad='{ side = true, block = "conv", out = 3 }',
    good='{ id = "rgb", side = true, block = "conv", out = 3 }\n# outputs = { rgb = "rgb" }',
)
NOT_A_LIST = Rule(
    "GF217",
    "not-a-list",
    Severity.ERROR,
    says="A tensor that is no list is indexed, or a list stands where one tensor is needed.",
    why="Lists come from ids in loops, from `split`, and from networks that return them.",
    bad='from = "x[0]"',
    good='from = "x"',
)
WIRING_SYNTAX = Rule(
    "GF218",
    "wiring-syntax",
    Severity.ERROR,
    says="A string that stands for a tensor does not read as wiring.",
    why="Wiring is names, numbers, calls, `list[i]`, `call.output`, arithmetic and `a if c else "
    "b`.",
    bad='fake = "G(z"',
    good='fake = "G(z)"',
)
WORD_IN_WIRING = Rule(
    "GF219",
    "word-in-wiring",
    Severity.ERROR,
    says="A quoted word stands in wiring where a tensor is needed.",
    why="Words are parameters of functions, given by keyword.",
    bad="h = \"upsample(x, 'bilinear')\"",
    good="h = \"upsample(x, mode='bilinear')\"",
)
BLOCK_NEVER_USED = Rule(
    "GF220",
    "block-never-used",
    Severity.WARNING,
    says="A composite block is declared, and no network is made of it.",
    why="Its shapes follow from its use, so nothing of it is checked.",
    bad='[blocks.up]\nlayers = [{ block = "upsample" }]\n\n[networks.G]\nlayers = []',
    good='[blocks.up]\nlayers = [{ block = "upsample" }]\n\n'
    '[networks.G]\nlayers = [{ block = "up" }]',
)
NUMBER_FOR_TENSOR = Rule(
    "GF221",
    "number-for-tensor",
    Severity.ERROR,
    says="A number stands where a tensor is needed: as an argument, in a list, or as an output.",
    why="Numbers scale and shift tensors; networks and functions are made for batches of samples.",
    bad='fake = "G(2)"',
    good='fake = "2 * G(z)"',
)
INPUT_UNUSED = Rule(
    "GF240",
    "input-unused",
    Severity.WARNING,
    says="A network takes an input that none of its layers uses.",
    why="What is given to it, such as a condition, then changes nothing.",
    bad='[networks.G]\ninputs = ["z", "y"]\nlayers = [{ block = "linear", out = 64, from = "z" }]',
    good='[networks.G]\ninputs = ["z", "y"]\n'
    'layers = [{ block = "linear", out = 64, from = "concat(z, one_hot(y))" }]',
    see=("https://github.com/autonomousvision/graf/issues/8",),
)
JOINED_TO_ITSELF = Rule(
    "GF241",
    "joined-to-itself",
    Severity.WARNING,
    says="`concat` is given one tensor twice.",
    why="The copy tells nothing new, and each layer behind it has more weights. Another tensor was "
    "meant, or it is already part of what is joined.",
    bad='from = "concat(x, tile(one_hot(y), x), tile(one_hot(y), x))"',
    good='from = "concat(x, tile(one_hot(y), x))"',
    see=("https://github.com/Data-Centric-AI-Community/fg-data-synthetic/pull/87",),
)
