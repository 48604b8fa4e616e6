"""The nearest known name, for help texts and for repairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches

from ganforge.diagnostics.diagnostic import Rule
from ganforge.diagnostics.habits import of_word

MOST_SHOWN = 12
_SURE, _AHEAD = 0.75, 0.1
"""How alike a name must be to replace another unasked, and how much more than the next one."""


class Suggestion(str):
    """A help text that offers the name `meant` for `word`, out of the names that are `known`."""

    word: str
    meant: str
    known: tuple[str, ...]
    habitual: bool

    def __new__(
        cls, text: str, word: str, meant: str, known: Iterable[str], *, habitual: bool = False
    ) -> Suggestion:
        """habitual: other libraries have `word` for what is `meant`."""
        self = super().__new__(cls, text)
        self.word, self.meant, self.known, self.habitual = word, meant, tuple(known), habitual
        return self

    @property
    def sure(self) -> bool:
        """Whether nothing else can be meant: much alike, and clearly more than any other name.

        Names that differ in digits only are never sure: `z2` beside `z1` may be one that is
        missing.
        """
        if self.habitual:
            return True
        if _without_digits(self.word) == _without_digits(self.meant):
            return False
        others = [name for name in self.known if _form(name) != _form(self.meant)]
        best = _likeness(self.word, self.meant)
        next_best = max((_likeness(self.word, name) for name in others), default=0.0)
        return best >= _SURE and best - next_best >= _AHEAD


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` most likely stands for, or None where nothing is near."""
    by_form = _by_form(known)
    for form, name in by_form.items():
        if _turned(_form(word), form):
            return name
    matches = get_close_matches(_form(word), by_form, n=1, cutoff=0.6)
    if not matches:
        matches = [form for form in by_form if len(form) > 2 and _form(word).startswith(form)]
    return by_form[max(matches, key=len)] if matches else None


def _by_form(known: Iterable[str]) -> dict[str, str]:
    by_form: dict[str, str] = {}
    for name in known:
        by_form.setdefault(_form(name), name)
    return by_form


def _form(name: str) -> str:
    return name.lower().replace("-", "_").removesuffix(".toml")


def _without_digits(name: str) -> str:
    return re.sub(r"\d", "", name)


def _turned(word: str, form: str) -> bool:
    """Whether two letters beside each other are exchanged, as in `form` for `from`."""
    if len(word) != len(form) or word == form or sorted(word) != sorted(form):
        return False
    differ = [k for k in range(len(word)) if word[k] != form[k]]
    return len(differ) == 2 and differ[1] - differ[0] == 1


def _likeness(word: str, name: str) -> float:
    if _turned(_form(word), _form(name)):
        return 1.0
    return SequenceMatcher(None, _form(name), _form(word)).ratio()


def did_you_mean(word: str, known: Iterable[str], what: str = "", of: str = "") -> str:
    """A help text: the nearest known name (a `Suggestion`) or, where none is near, all there are.

    `what` says what kind of thing is named, in the singular: `param`, `loss`. `of` does so for what
    other libraries call by another name (`habits.WORDS`).
    """
    names = list(known)
    habit = of_word(of, word, names)
    if habit is not None and habit.help:
        return habit.help
    near = habit.meant if habit else nearest(word, names)
    if near is not None:
        return offered(word, near, names, what, habitual=habit is not None)
    if not names:
        return f"there is no {what} here" if what else "nothing is known here"
    shown = ", ".join(f"`{name}`" for name in names[:MOST_SHOWN])
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"known {_plural(what)} here: {shown}{more}" if what else f"known here: {shown}{more}"


def offered(word: str, near: str, known: Iterable[str], what: str, *, habitual: bool) -> str:
    """The help text that offers a name for a word, as a `Suggestion`."""
    text = f"did you mean the {what} `{near}`?" if what else f"did you mean `{near}`?"
    return Suggestion(text, word, near, known, habitual=habitual)


def near_rule(name: str, known: Mapping[str, Rule], what: str = "") -> str:
    """A help text for a rule that does not exist. A code of the right length is near to no other:
    with other digits it is no misspelled one.
    """
    every = "`ganforge rules` lists all"
    if re.fullmatch(r"[A-Za-z]*\d{3}", name):
        return every
    is_code = re.fullmatch(r"[A-Za-z]*\d+", name)
    names = list(known) if is_code else [rule.slug for rule in known.values()]
    word = name.upper() if is_code else name.lower()
    return did_you_mean(word, names, what) if nearest(word, names) else every


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
