"""GF5xx: conditions and classes."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Rule, Severity

CLASS_AS_NUMBERS = Rule(
    "GF503",
    "class-as-numbers",
    Severity.ERROR,
    says="A class index is used as if it were numbers.",
    why="Class 7 is not seven times class 1: `one_hot` or an embedding makes numbers of it.",
    bad='from = "concat(z, y)"',
    good='from = "concat(z, one_hot(y))"',
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
