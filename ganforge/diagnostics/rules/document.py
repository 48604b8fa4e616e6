"""GF1xx: the document and its schema."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

LANGUAGE_VERSION = Rule(
    "GF100",
    "language-version",
    Severity.ERROR,
    says="A spec says which version of the language it is written in, and it is one this ganforge "
    "reads.",
    why="A later language may give the same words another meaning.",
    bad='[gan]\nname = "mine"',
    good='ganforge = 1\n\n[gan]\nname = "mine"',
)
RESERVED_NAME = Rule(
    "GF101",
    "reserved-name",
    Severity.ERROR,
    says="Names of tensors and networks are identifiers, no Python keywords, and none of the "
    "reserved words.",
    why="They become names in the program and in wiring, where they must mean one thing.",
    bad='outputs = { class = "h" }',
    good='outputs = { label = "h" }',
)
UNKNOWN_KEY = Rule(
    "GF102",
    "unknown-key",
    Severity.ERROR,
    says="A table holds a key that nothing reads.",
    why="A misspelled key that is silently ignored trains another model than the one that was "
    "meant.",
    bad='{ block = "conv", out = 64, paddin = 1 }',
    good='{ block = "conv", out = 64, padding = 1 }',
)
NOT_TOML = Rule(
    "GF103",
    "not-toml",
    Severity.ERROR,
    says="The file is not TOML 1.0.",
    why="Nothing behind the mistake can be read with certainty.",
    bad='optimizer = { kind = "adam",\n  lr = 2e-4 }',
    good='optimizer = { kind = "adam", lr = 2e-4 }',
)
WORD_AS_PARAM = Rule(
    "GF104",
    "word-as-param",
    Severity.ERROR,
    says="A bare string in `[params]` is a formula, and this one is a word.",
    why="A word that a param may hold is declared with its choices, so that `--set` can be "
    "checked.",
    bad='norm = "batch"',
    good='norm = { choices = ["batch", "none"], default = "batch" }',
)
NOT_WHOLE = Rule(
    "GF105",
    "not-whole",
    Severity.ERROR,
    says="A formula gives a fraction where a whole number is needed.",
    why="Rounding in silence would build a network of another size.",
    bad='size = 96\ndoublings = "log2(size) - 3"',
    good='size = 64\ndoublings = "log2(size) - 3"',
    see=(
        "https://github.com/POSTECH-CVLab/PyTorch-StudioGAN/issues/198",
        "https://github.com/lucidrains/stylegan2-pytorch/issues/30",
    ),
)
UNKNOWN_NAME = Rule(
    "GF106",
    "unknown-name",
    Severity.ERROR,
    says="A formula names something that is no param, loop variable or tensor in scope.",
    why="It has no value.",
    bad='out = "8 * widht"',
    good='out = "8 * width"',
)
FORBIDDEN_IN_FORMULA = Rule(
    "GF107",
    "forbidden-in-formula",
    Severity.ERROR,
    says="A formula uses a form that formulas do not have, such as an attribute or an unknown "
    "function.",
    why="Formulas are arithmetic over known numbers; a spec cannot run code.",
    bad='out = "x.shape[0]"',
    good='out = "channels(x)"',
)
CYCLE = Rule(
    "GF108",
    "cycle",
    Severity.ERROR,
    says="Files extend each other in a circle, or params are defined by each other.",
    why="None of them can be read first.",
    bad='a = "b"\nb = "a"',
    good='a = 4\nb = "a"',
)
NOTHING_TO_REMOVE = Rule(
    "GF109",
    "nothing-to-remove",
    Severity.ERROR,
    says="`without` names something that is not inherited.",
    why="What was meant to go is still there, under another name.",
    bad='without = ["losses.gp"]',
    good='without = ["losses.penalty"]',
)
NOT_A_CHOICE = Rule(
    "GF110",
    "not-a-choice",
    Severity.ERROR,
    says="A value lies outside the choices of its key, or `--set` changes the type of a param.",
    why="A param keeps its type and its choices, so that every formula over it stays meaningful.",
    bad='objective = "hingee"',
    good='objective = "hinge"',
)
REQUIRED_PARAM = Rule(
    "GF111",
    "required-param",
    Severity.ERROR,
    says="A parameter without a default is not given.",
    why="There is no value that would be right for everyone.",
    bad='{ block = "conv" }',
    good='{ block = "conv", out = 64 }',
)
UNUSED_PARAM = Rule(
    "GF112",
    "unused-param",
    Severity.WARNING,
    says="Nothing in the spec depends on this param.",
    why="It is left over, or a formula that should name it has a typo.",
    bad="[params]\ndepth = 4",
    good="[params]",
)
LIVE_NAME = Rule(
    "GF113",
    "live-name",
    Severity.ERROR,
    says="A number that is fixed before training depends on the progress of training.",
    why="Only numbers that the reference calls live, such as `lr` and `weight`, change while "
    "training runs.",
    bad='out = "64 * progress"',
    good="out = 64",
)
WRONG_TYPE = Rule(
    "GF114",
    "wrong-type",
    Severity.ERROR,
    says="A value has another type than its key needs.",
    why="A word where a number is needed would fail long after the start, or never.",
    bad='{ block = "conv", out = true }',
    good='{ block = "conv", out = 64 }',
)
OUT_OF_BOUNDS = Rule(
    "GF115",
    "out-of-bounds",
    Severity.ERROR,
    says="A number lies outside the bounds of its key.",
    why="No network and no schedule has a meaning there.",
    bad='{ block = "dropout", rate = 1.5 }',
    good='{ block = "dropout", rate = 0.5 }',
)
MISSING_TABLE = Rule(
    "GF116",
    "missing-table",
    Severity.ERROR,
    says="The spec lacks a table or key without which it is no GAN.",
    why="A spec needs data, at least one network, a loss and a length of training.",
    bad="ganforge = 1",
    good='ganforge = 1\nextends = "dcgan"',
)
NOT_BUILT_YET = Rule(
    "GF117",
    "not-built-yet",
    Severity.ERROR,
    says="The spec uses a part of the language that this version of ganforge does not build.",
    why="Leaving it out in silence would train something else.",
    bad="[search]\nover = ['width']",
    good="[params]\nwidth = 64",
)
LIMIT = Rule(
    "GF118",
    "limit",
    Severity.ERROR,
    says="The spec exceeds a limit: of layers, of a formula's length or depth, of a list, of "
    "nested values, of what a file or a table holds, of the values of a tensor or the weights of a "
    "layer.",
    why="The limits keep a check fast and safe for any file; no published system comes near them.",
    bad='{ for = "i", in = "range(10**6)", layers = [{ block = "relu" }] }',
    good='{ for = "i", in = "range(10)", layers = [{ block = "relu" }] }',
)
FORMULA_FAILED = Rule(
    "GF119",
    "formula-failed",
    Severity.ERROR,
    says="A formula cannot be computed: a division by zero, a number too large, an index past the "
    "end.",
    why="Its result would be needed before anything is built.",
    bad='out = "64 // (size - 64)"\nsize = 64',
    good='out = "64 // (size - 32)"\nsize = 64',
)
FORMULA_SYNTAX = Rule(
    "GF120",
    "formula-syntax",
    Severity.ERROR,
    says="A string that stands for a number does not read as a formula.",
    why="Formulas follow Python's grammar of expressions.",
    bad='out = "2 * * width"',
    good='out = "2 * width"',
)
CANNOT_READ = Rule(
    "GF121",
    "cannot-read",
    Severity.ERROR,
    says="A file that belongs to the spec cannot be read: it is missing, unreadable or not UTF-8.",
    why="`extends` takes a path relative to the file that says it, or the bare name of a shipped "
    "spec.",
    bad='extends = "dcgna"',
    good='extends = "dcgan"',
)
REPLACED_TABLE = Rule(
    "GF122",
    "replaced-table",
    Severity.NOTE,
    says="An inherited table was replaced whole, because its `kind`, `block`, `distribution` or "
    "`source` changed.",
    why="Options of the old kind mean nothing, or something else, to the new one.",
    bad='extends = "dcgan"\n[train]\noptimizer = { kind = "sgd", lr = 0.1 }',
    good='extends = "dcgan"\n[train]\noptimizer = { kind = "adam", lr = 1e-4 }',
)
BAD_OVERRIDE = Rule(
    "GF123",
    "bad-override",
    Severity.ERROR,
    says="A `--set` names no param and no place of the spec, or lacks its `=`.",
    why="An override that changes nothing would go unnoticed.",
    bad="--set widht=128",
    good="--set width=128",
)
NO_REASON = Rule(
    "GF130",
    "suppression-without-reason",
    Severity.WARNING,
    says="A comment suppresses a rule and does not say why.",
    why="Whoever reads the spec next cannot tell whether the reason still holds.",
    bad="# ganforge: ignore[GF712]",
    good="# ganforge: ignore[GF712] the paper's own figures were made with it",
)
UNUSED_SUPPRESSION = Rule(
    "GF131",
    "unused-suppression",
    Severity.NOTE,
    says="A comment suppresses a rule that reports nothing at its place.",
    why="It would hide the next mistake that is made there.",
    bad='objective = "hinge"  # ganforge: ignore[GF712] as in the paper',
    good='objective = "hinge"',
)
UNKNOWN_SUPPRESSION = Rule(
    "GF132",
    "unknown-suppression",
    Severity.WARNING,
    says="A comment suppresses a rule that does not exist.",
    why="A misspelled code suppresses nothing, and reads as if it did.",
    bad="# ganforge: ignore[GF7112] as in the paper",
    good="# ganforge: ignore[GF712] as in the paper",
)
CANNOT_SUPPRESS = Rule(
    "GF133",
    "cannot-suppress",
    Severity.WARNING,
    says="A comment suppresses an error, or a rule about such comments.",
    why="A spec with an error has no meaning, so there is nothing that could be trained.",
    bad="# ganforge: ignore[GF102] it does no harm\npaddin = 1",
    good="padding = 1",
)
SUPPRESSION_FORM = Rule(
    "GF134",
    "suppression-form",
    Severity.WARNING,
    says="A comment looks as if it should suppress a rule, and names none.",
    why="Only the full form is read, so this comment does nothing.",
    bad="# ganforge: ignore GF712",
    good="# ganforge: ignore[GF712] as in the paper",
)
STALE_BASELINE = Rule(
    "GF135",
    "stale-baseline",
    Severity.NOTE,
    says="The baseline lists a finding that is no longer there.",
    why="Left in, it would hide the same mistake when somebody makes it again.",
    bad="--baseline old.json",
    good="--baseline old.json --prune-baseline",
)
