"""Mistakes that people report in public threads, made in this language.

`public/NN-NAME.toml` makes one of them. Its first comment says what was reported, and the last
line of that gives the thread. The line that has to change ends in `# here`. `NN-NAME.txt` is the
whole report word for word, and `NN-NAME.good.toml` the repaired spec. `UPDATE_CASES=1` writes the
reports anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli
from ganforge.diagnostics.report import Report
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry

HERE = Path(__file__).parent / "public"
ROOT = HERE.parent.parent.parent
NAMES = sorted(p.stem for p in HERE.glob("*.toml") if not p.stem.endswith(".good"))
MARK = "  # here"
THREAD = re.compile(r"# (https://\S+)")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(autouse=True)
def _paths_from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def reported(registry: Registry) -> Callable[[str], Report]:
    """The report on a case, made once."""

    @cache
    def report(name: str) -> Report:
        path = (HERE / f"{name}.toml").relative_to(ROOT)
        return compile_spec(path, registry=registry).report

    return report


def head(name: str) -> list[str]:
    """The comment at the top of a case."""
    lines = (HERE / f"{name}.toml").read_text("utf-8").splitlines()
    return lines[: lines.index("")]


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_word_for_word(name: str, reported: Callable[[str], Report]) -> None:
    text = f"{reported(name)}\n"
    expected = HERE / f"{name}.txt"
    if "UPDATE_CASES" in os.environ:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_one_message_stands_at_the_line_that_has_to_change(
    name: str, reported: Callable[[str], Report]
) -> None:
    (diagnostic,) = reported(name).diagnostics
    lines = (HERE / f"{name}.toml").read_text("utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(MARK)]
    assert diagnostic.span is not None
    assert Path(diagnostic.span.file).name == f"{name}.toml"
    assert [diagnostic.span.line] == marked
    assert diagnostic.help


@pytest.mark.parametrize("name", NAMES)
def test_the_repair_changes_the_marked_line_unless_it_only_adds(name: str) -> None:
    bad, good = (
        [line for line in (HERE / f"{name}{kind}.toml").read_text("utf-8").splitlines() if line]
        for kind in ("", ".good")
    )
    written = [line for line in bad if not line.startswith("# ")]
    lost = [line for line in written if line.removesuffix(MARK) not in good]
    assert not lost or any(line.endswith(MARK) for line in lost)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_is_on_the_screen(name: str) -> None:
    path = f"tests/cases/public/{name}.toml"
    result = CliRunner().invoke(cli, ["check", "--format", "concise", path])
    said, summary = result.stdout.splitlines()
    assert re.fullmatch(rf"{path}:\d+:\d+: (error|warning)\[GF\d+\]: .+", said)
    assert re.fullmatch(r"Found 1 (error|warning)\.", summary)
    assert result.stderr in ("", "1 finding can be repaired: run with `--fix`.\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_repaired_spec_is_clean(name: str, reported: Callable[[str], Report]) -> None:
    assert not reported(f"{name}.good").diagnostics


@pytest.mark.parametrize("name", NAMES)
def test_a_case_says_what_was_reported_and_where(name: str) -> None:
    *story, thread = head(name)
    assert THREAD.fullmatch(thread)
    assert len(" ".join(story)) > 60


def test_fifty_threads_and_more_have_a_case_each() -> None:
    threads = [head(name)[-1] for name in NAMES]
    assert len(set(threads)) == len(NAMES) >= 50


def test_the_cases_break_many_rules(reported: Callable[[str], Report]) -> None:
    codes = {diagnostic.code for name in NAMES for diagnostic in reported(name).diagnostics}
    assert len(codes) >= 40
