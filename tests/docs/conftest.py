"""The pages of the documentation, and their fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/language.md",
    "docs/architecture.md",
    "docs/writing-plugins.md",
    "docs/plugin-tutorial.md",
    "docs/rules.md",
    "docs/checking.md",
    "docs/metrics.md",
    "docs/results.md",
)
_FENCED = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fenced:
    """A fenced block: its language, the words behind it, its text, and where it stands."""

    language: str
    words: dict[str, str]
    text: str
    place: str


def fenced_blocks(page: str) -> list[Fenced]:
    text = (ROOT / page).read_text("utf-8")
    found = []
    for match in _FENCED.finditer(text):
        pairs = (word.partition("=") for word in match[2].split())
        place = f"{page}:{text.count(chr(10), 0, match.start()) + 1}"
        found.append(Fenced(match[1], {k: v for k, _, v in pairs}, match[3], place))
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`example` is each spec of the documentation; files of plugins and the like are none."""
    if "example" in metafunc.fixturenames:
        blocks = [block for page in PAGES for block in fenced_blocks(page)]
        specs = [b for b in blocks if b.language == "toml" and "file" not in b.words]
        metafunc.parametrize("example", specs, ids=[spec.place for spec in specs])
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def fenced() -> Callable[[str, str], list[Fenced]]:
    """`fenced(page, language)`: the blocks of one language on a page, in order."""
    return lambda page, language: [b for b in fenced_blocks(page) if b.language == language]
