"""The nearest known name, for help texts."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN = 12


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` most likely stands for, or None where nothing is near."""
    by_form: dict[str, str] = {}
    for name in known:
        by_form.setdefault(_form(name), name)
    matches = get_close_matches(_form(word), by_form, n=1, cutoff=0.6)
    if not matches:
        matches = [form for form in by_form if len(form) > 2 and _form(word).startswith(form)]
    return by_form[max(matches, key=len)] if matches else None


def _form(name: str) -> str:
    return name.lower().replace("-", "_").removesuffix(".toml")


def did_you_mean(word: str, known: Iterable[str], what: str = "") -> str:
    """A help text: the nearest known name or, where none is near, the names there are.

    `what` says what kind of thing is named, in the singular: `param`, `loss`.
    """
    names = list(known)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean the {what} `{near}`?" if what else f"did you mean `{near}`?"
    if not names:
        return f"there is no {what} here" if what else "nothing is known here"
    shown = ", ".join(f"`{name}`" for name in names[:MOST_SHOWN])
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"known {_plural(what)} here: {shown}{more}" if what else f"known here: {shown}{more}"


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
