"""The names of the built-in commands, in the order in which they are listed."""

from __future__ import annotations

COMMANDS = (
    *("check", "train", "sample", "eval", "train-features", "emit", "show", "diff", "graph"),
    *("new", "list", "blocks", "losses", "explain", "rules", "schema"),
    "plugins",
)
