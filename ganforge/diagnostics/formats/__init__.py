"""The forms in which findings are printed: a module for each kind."""

from __future__ import annotations

from typing import Literal, get_args

from ganforge.diagnostics.outcome import Outcome

Format = Literal["full", "concise", "json", "jsonl", "github", "sarif", "junit"]
FORMATS: tuple[Format, ...] = get_args(Format)
FOR_PEOPLE: tuple[Format, ...] = ("full", "concise")


def formatted(outcome: Outcome, form: Format, *, color: bool = False, whole: bool = True) -> str:
    """The findings of a check in one of the `FORMATS`; only text for people has colours, and is cut
    short for a screen where it is not wanted whole.
    """
    # Each module is imported for its own format only: `check` is a matter of milliseconds.
    if form == "full":
        from ganforge.diagnostics.formats.text import render

        return render(outcome.joined, color=color, whole=whole)
    if form == "concise":
        from ganforge.diagnostics.formats.text import render_concise

        return render_concise(outcome.joined, color=color)
    if form == "github":
        from ganforge.diagnostics.formats.github import render_github

        return render_github(outcome.joined, outcome.unread)
    if form == "sarif":
        from ganforge.diagnostics.formats.sarif import render_sarif

        return render_sarif(outcome.joined, outcome.unread)
    if form == "junit":
        from ganforge.diagnostics.formats.junit import render_junit

        return render_junit(outcome)
    from ganforge.diagnostics.formats.json import render_json, render_jsonl

    return (render_json if form == "json" else render_jsonl)(outcome.joined)
