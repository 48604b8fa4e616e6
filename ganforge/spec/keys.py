"""What an unknown key of a table is meant for."""

from __future__ import annotations

from collections.abc import Iterable

from ganforge.diagnostics.habits import of_key
from ganforge.diagnostics.suggest import did_you_mean, nearest, offered
from ganforge.document import Path


def meant_key(table: str, key: str, known: Iterable[str]) -> str:
    """The key that an unknown one is meant for, or nothing. table: as `table_of` calls it."""
    known = list(known)
    habit = of_key(table, key, known)
    return habit.meant if habit else nearest(key, known) or ""


def unknown_key_help(table: str, key: str, known: Iterable[str]) -> str:
    """What to do about an unknown key. table: as `table_of` calls it."""
    known = list(known)
    habit = of_key(table, key, known)
    if habit is None:
        return did_you_mean(key, known, "key")
    return habit.help or offered(key, habit.meant, known, "key", habitual=True)


def table_of(path: Path) -> str:
    """The kind of table that holds the key at a path, as `habits.KEYS` has it."""
    owner = path[:-1]
    if "layers" in owner or "defaults" in owner:
        return "layer"
    if owner[:2] == ("data", "fields"):
        return "field"
    if "latents" in owner:
        return "latent"
    inner = next((s for s in reversed(owner) if s in ("optimizer", "ema", "players")), None)
    if inner is not None:
        return "player" if inner == "players" else str(inner)
    return str(owner[0]) if owner else ""
