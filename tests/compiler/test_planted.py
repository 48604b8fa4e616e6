"""Mistakes planted into every shipped spec: each is reported at its own line, and nothing else."""

from __future__ import annotations

import re

import pytest

from ganforge.document import shipped, shipped_names
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

FAULTS = {
    "a key of a layer": (r"(\{ .*)block = ", r"\1blok = "),
    "a block": (r'(\{ .*)block = "(conv|linear|reshape)', r'\1block = "x\2'),
    "a parameter": (r"(\{ .*block = .*\b)out = ", r"\1otu = "),
    "an activation": (r'(\{ .*\b)act = "(\w+)', r'\1act = "x\2'),
    "a network in the flow": (r'^(\w+ = ")[A-Z]\w*\(', r"\1Nobody("),
    "a tensor of a loss": (r'^((?:fake|score) = ".*)\w+\)', r"\1nobody)"),
    "the kind of a loss": (r'^kind = "adversarial"', 'kind = "adversrial"'),
    "a formula": (r'(\bout = ")([a-z]+)', r"\1nobody"),
    "a distribution": (r'distribution = "normal"', 'distribution = "gaussain"'),
    "the batch": (r"^batch = \d+", "batch = 0"),
    "an optimiser": (r'(optimizer = \{ kind = ")(\w+)', r"\1x\2"),
    "a rate": (r"\blr = [\d.e-]+", "lr = -1"),
    "a table": (r"^\[sample\]", "[smaple]"),
    "a field": (r'(\{ kind = ")image', r"\1imgae"),
    "a quote": (r'(^fake = "[^"]*)"', r"\1"),
    "a word without quotes": (r'^source = "(\w+)"', r"source = \1"),
    "a sample": (r'^images = \["\w+', 'images = ["nobody'),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", shipped_names())
def test_a_planted_mistake_is_all_that_is_reported(
    registry: Registry, name: str, fault: str
) -> None:
    path = shipped(name)
    assert path is not None
    lines, (pattern, replacement) = path.read_text().splitlines(), FAULTS[fault]
    place = next((k for k, line in enumerate(lines) if re.search(pattern, line)), None)
    if place is None:
        return  # this spec has no such line
    lines[place] = re.sub(pattern, replacement, lines[place], count=1)
    text = "\n".join([*lines, ""])
    report = compile_spec(text, registry=registry, folder=path.parent).report
    found = [d.span and (d.span.file, d.span.line) for d in report.diagnostics]
    assert found == [("<text>", place + 1)], f"{lines[place]}\n{report}"


def test_every_mistake_has_a_place_in_some_spec() -> None:
    texts = [path.read_text() for name in shipped_names() if (path := shipped(name))]
    for pattern, _ in FAULTS.values():
        assert any(re.search(pattern, text, re.MULTILINE) for text in texts), pattern
