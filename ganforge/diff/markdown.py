"""A comparison of two specs as a comment for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ganforge.diff.brief import in_brief
from ganforge.diff.changes import Change, Difference, NetworkChange
from ganforge.diff.text import layer_lines, title_of, weight_rows


def as_markdown(found: Difference) -> str:
    """Weights and settings as tables; the layers of each network can be unfolded."""
    title = f"### Spec: `{found.before}` → `{found.after}`"
    if not found:
        return f"{title}\n\nNo differences."
    parts = [title, "\n".join(_weights(found.networks))]
    settings = [(t, changes) for t, changes in in_brief(found.sections).items() if t != "Findings"]
    if any(changes for _, changes in settings):
        parts.append("\n".join(_settings(settings)))
    parts += ["\n".join(_network(network)) for network in found.networks if network.changed]
    if found.sections["Findings"]:
        parts.append("\n".join(_findings(found.sections["Findings"])))
    return "\n\n".join(parts)


def _weights(networks: tuple[NetworkChange, ...]) -> Iterator[str]:
    yield "| weights | before | after | |"
    yield "| --- | ---: | ---: | ---: |"
    for name, before, after, change in weight_rows(networks):
        yield f"| {_cell(name)} | {before} | {after} | {change} |"


def _settings(sections: Iterable[tuple[str, tuple[Change, ...]]]) -> Iterator[str]:
    yield "| setting | before | after |"
    yield "| --- | --- | --- |"
    for title, changes in sections:
        for change in changes:
            key = f"{title}: {change.key}"
            yield f"| {_cell(key)} | {_code(change.before)} | {_code(change.after)} |"


def _network(network: NetworkChange) -> Iterator[str]:
    changed = sum(e.times for e in network.layers if e.first.kind != "same")
    layers = f"{changed} layer{'' if changed == 1 else 's'} changed" if changed else "same layers"
    yield f"<details><summary><b>{title_of(network)}</b>: {layers}</summary>"
    if network.settings:
        yield ""
        yield from _settings([(title_of(network), network.settings)])
    if lines := layer_lines(network.layers):
        yield from ("", "```diff", *(_colored(line) for line in lines), "```")
    yield from ("", "</details>")


def _findings(changes: tuple[Change, ...]) -> Iterator[str]:
    yield "| finding | |"
    yield "| --- | --- |"
    for change in changes:
        came = "new" if change.kind == "added" else "gone"
        yield f"| {came} | {change.key}: {_cell(change.after or change.before or '')} |"


def _code(text: str | None) -> str:
    return "" if text is None else f"`{_cell(text).replace('`', '')}`" if text else "empty"


def _colored(line: str) -> str:
    """GitHub colours lines of a diff that begin with `+`, `-` and `!`."""
    return f"!{line[1:]}" if line.startswith("~") else line


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
