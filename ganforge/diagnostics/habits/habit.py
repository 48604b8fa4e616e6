"""A word that other libraries have for what a spec calls otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """What to do about a word of elsewhere.

    meant: the known name it stands for, if any. help: what to write, where another name is not all.
    """

    meant: str = ""
    help: str = ""


Habits = Mapping[str, Habit]


def words(known: Mapping[str, str]) -> dict[str, Habit]:
    """By known names, with blanks between them, the words that others have for each."""
    return {word: Habit(name) for name, others in known.items() for word in others.split()}


def helps(known: Mapping[str, str], meant: str = "") -> dict[str, Habit]:
    """By words of others, with blanks between them, what to do about them."""
    return {word: Habit(meant, help) for others, help in known.items() for word in others.split()}


SPECTRAL = 'write `weights = "spectral"`'
"""What to do about spectral normalisation, wherever it is asked for."""
