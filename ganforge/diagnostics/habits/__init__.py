"""What other libraries call things that a spec has under another name, or in another place."""

from __future__ import annotations

from collections.abc import Iterable

from ganforge.diagnostics.habits.habit import Habit
from ganforge.diagnostics.habits.keys import KEYS
from ganforge.diagnostics.habits.words import WORDS


def of_key(table: str, key: str, known: Iterable[str]) -> Habit | None:
    """What to do about an unknown key of a table that other libraries have."""
    habits = KEYS.get(table, {})
    found = habits.get(key) or habits.get(key.lower())
    return _usable(found, key, known)


def of_word(kind: str, word: str, known: Iterable[str]) -> Habit | None:
    """What to do about an unknown name of this kind that other libraries have."""
    habits = WORDS.get(kind, {})
    plain = word.lower()
    return _usable(habits.get(plain) or habits.get(plain.replace("_", "-")), word, known)


def _usable(found: Habit | None, word: str, known: Iterable[str]) -> Habit | None:
    """A habit whose name is known here, if it offers one."""
    if found is None or found.meant == word:
        return None
    return found if found.help or found.meant in set(known) else None
