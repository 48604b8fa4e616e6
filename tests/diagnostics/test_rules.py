"""The table of rules."""

import re
from pathlib import Path

import pytest

import ganforge
import ganforge_blocks
from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Rule, Severity
from ganforge.diagnostics.rules import (
    conditioning,
    document,
    losses,
    plugins,
    practice,
    schedules,
    shapes,
    wiring,
)

MODULES = {
    "1": document,
    "2": wiring,
    "3": shapes,
    "4": losses,
    "5": conditioning,
    "6": schedules,
    "7": practice,
    "8": plugins,
}
CODES = sorted(rules.ALL)


def test_no_rule_is_entered_under_the_code_of_another() -> None:
    entered = [r for m in MODULES.values() for r in vars(m).values() if isinstance(r, Rule)]
    assert len(entered) == len(rules.ALL)
    assert len({rule.slug for rule in entered}) == len(entered)


def test_a_rule_stands_in_the_module_of_its_hundred() -> None:
    for number, module in MODULES.items():
        codes = [rule.code for rule in vars(module).values() if isinstance(rule, Rule)]
        assert codes == sorted(codes)
        assert all(re.fullmatch(rf"GF{number}\d\d", code) for code in codes)


@pytest.mark.parametrize("code", CODES)
def test_a_rule_explains_itself_in_sentences(code: str) -> None:
    rule = rules.ALL[code]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.slug)
    for sentence in (rule.says, rule.why):
        assert sentence[:1].isupper() or sentence.startswith("`")
        assert sentence.endswith(".")
    assert rule.bad.strip()
    assert rule.good.strip()
    assert rule.bad != rule.good
    assert all(re.fullmatch(r"https://[^\s<>]+", link) for link in rule.see)


PAPER = re.compile(r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|distill\.pub/|doi\.org/)")


@pytest.mark.parametrize(
    "code", [rule.code for rule in vars(practice).values() if isinstance(rule, Rule)]
)
def test_what_practice_advises_against_names_its_paper(code: str) -> None:
    assert any(PAPER.match(link) for link in rules.ALL[code].see)


def test_every_code_that_the_source_names_has_a_rule() -> None:
    packages = [Path(package.__path__[0]) for package in (ganforge, ganforge_blocks)]
    sources = [path.read_text() for package in packages for path in package.rglob("*.py")]
    named = {code for text in sources for code in re.findall(r"\bGF\d{3}\b", text)}
    assert named <= set(rules.ALL)


def test_a_paper_that_a_record_names_is_linked() -> None:
    for rule in rules.ALL.values():
        for number in re.findall(r"arXiv:(\d{4}\.\d{4,5})", rule.why):
            assert f"https://arxiv.org/abs/{number}" in rule.see


def test_practice_only_warns() -> None:
    found = {r.severity for r in vars(practice).values() if isinstance(r, Rule)}
    assert found == {Severity.WARNING}


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        rules.ALL["GF000"] = document.LIMIT  # type: ignore[index]
