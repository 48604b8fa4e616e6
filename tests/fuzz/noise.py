"""Changes that know nothing of specs: of lines, characters and bytes."""

from __future__ import annotations

import random

SIGNS = "[]{}()\"'=.,#\\\n\t \0é\u202e0-_*"


def noisy(text: str, chance: random.Random) -> str:
    """The text cut, spliced or with parts in another order."""
    change = chance.choice([_cut, _splice, _lines, _twice, _bytes, _swap])
    return change(text, chance)


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def _splice(text: str, chance: random.Random) -> str:
    """A part of the text at another place."""
    a, b, c = sorted(chance.randrange(len(text)) for _ in range(3))
    return text[:a] + text[b:c] + text[a:]


def _lines(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    del lines[chance.randrange(len(lines))]
    if chance.random() < 0.5:
        chance.shuffle(lines)
    return "\n".join(lines)


def _twice(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    line = chance.choice(lines)
    lines.insert(chance.randrange(len(lines)), line)
    return "\n".join(lines)


def _bytes(text: str, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(SIGNS) + text[at + chance.randrange(2) :]
    return text


def _swap(text: str, chance: random.Random) -> str:
    """A key and its value in each other's place."""
    lines = text.splitlines()
    at = chance.choice([k for k, line in enumerate(lines) if "=" in line])
    key, _, value = lines[at].partition("=")
    lines[at] = f"{value} = {key}"
    return "\n".join(lines)
