"""Changes as a reader wants them: what belongs together on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ganforge.diff.changes import Change

_KIND = ".optimizer.kind"


def in_brief(sections: Mapping[str, tuple[Change, ...]]) -> dict[str, tuple[Change, ...]]:
    """The sections; optimisers of another kind on one line, and what is alike for several players
    once. `--format json` has every value apart.
    """
    return {
        title: tuple(_shared(_whole(changes))) if title == "Players" else changes
        for title, changes in sections.items()
    }


def _whole(changes: Iterable[Change]) -> list[Change]:
    """The changes; of an optimiser whose kind changes one: `adam(lr=0.1) -> sgd(lr=0.2)`."""
    listed = list(changes)
    turned = {c.key.removesuffix(_KIND) for c in listed if c.key.endswith(_KIND)}
    found: dict[str, Change] = {}
    for change in listed:
        player, _, rest = change.key.partition(".optimizer.")
        if not rest or player not in turned:
            found[change.key] = change
        else:
            key = f"{player}.optimizer"
            own = [c for c in listed if c.key.startswith(f"{key}.")]
            found.setdefault(key, Change(key, _call(own, "before"), _call(own, "after")))
    return list(found.values())


def _call(changes: Iterable[Change], side: str) -> str | None:
    """An optimiser as a call, with the values that differ."""
    values = {c.key.rpartition(".")[2]: getattr(c, side) for c in changes}
    kind = values.pop("kind", None)
    ordered = sorted(values.items(), key=lambda pair: (pair[0] != "lr", pair[0]))
    pairs = ", ".join(f"{key}={value}" for key, value in ordered if value)
    return f"{kind}({pairs})" if kind else None


def _shared(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, equal ones of several players once."""
    players: dict[tuple[str, str | None, str | None], list[str]] = {}
    for change in changes:
        player, _, key = change.key.partition(".")
        players.setdefault((key, change.before, change.after), []).append(player)
    for (key, before, after), names in players.items():
        of = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else ""
        yield Change(f"{key} of {of}" if of else f"{names[0]}.{key}", before, after)
