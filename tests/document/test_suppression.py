"""Comments that suppress findings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ganforge.diagnostics.report import Report
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import load_registry

REGISTRY = load_registry()
HEAD = 'ganforge = 1\nextends = "dcgan"\n[losses.adversarial]\n'
SATURATING = 'objective = "saturating"'
IGNORE = "# ganforge: ignore[GF712] as in the paper"


def report_of(text: str) -> Report:
    return compile_spec(f"{HEAD}{text}\n", registry=REGISTRY).report


def codes(report: Report) -> list[str]:
    return [d.code for d in report.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        f"{SATURATING}  {IGNORE}",
        f"{IGNORE}\n{SATURATING}",
        f"  {IGNORE}\n# more on it\n{SATURATING}",
        f"{SATURATING} # toy {IGNORE}",
        f"{SATURATING} #ganforge:ignore[ gf712 ]: as in the paper",
        f"{SATURATING} # ganforge: ignore[saturating] as in the paper",
    ],
)
def test_a_comment_suppresses_in_its_line_or_the_next(text: str) -> None:
    report = report_of(text)
    assert codes(report) == []
    assert [(s.diagnostic.code, s.by) for s in report.suppressed] == [("GF712", "comment")]
    assert "paper" in report.suppressed[0].reason


@pytest.mark.parametrize("text", [f"{IGNORE}\n\n{SATURATING}", f"{SATURATING}\n{IGNORE}"])
def test_it_holds_nowhere_else(text: str) -> None:
    assert sorted(codes(report_of(text))) == ["GF131", "GF712"]


def test_one_comment_may_name_several_rules() -> None:
    text = f"{SATURATING} # ganforge: ignore[GF712, no-lipschitz] why\n"
    report = report_of(text)
    assert codes(report) == ["GF131"]
    assert len(report.suppressed) == 1


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_a_comment_in_a_string_is_none(quote: str) -> None:
    assert codes(report_of(f"{SATURATING}\n[gan]\nnotes = {quote}{IGNORE}{quote}")) == ["GF712"]


def test_a_line_of_a_long_string_is_none_either() -> None:
    text = f'[gan]\nnotes = """\n{IGNORE}"""\n[losses.adversarial]\n{SATURATING}'
    spec = f'ganforge = 1\nextends = "dcgan"\n{text}\n'
    assert codes(compile_spec(spec).report) == ["GF712"]


def test_an_error_stays_and_the_comment_is_warned_of() -> None:
    report = report_of('objective = "hingee" # ganforge: ignore[GF110] hm')
    assert sorted(codes(report)) == ["GF110", "GF133"]


def test_where_errors_hide_findings_no_comment_is_unused() -> None:
    text = f"{IGNORE}\n{SATURATING}\n[train]\nepoch = 3"
    assert codes(report_of(text)) == ["GF102"]


def test_an_override_makes_no_comment_unused() -> None:
    text = f"{HEAD}{SATURATING} {IGNORE}\n"
    report = compile_spec(text, ["losses.adversarial.objective=hinge"]).report
    assert codes(report) == []


def test_windows_line_ends_change_nothing() -> None:
    text = f"{HEAD}{SATURATING} {IGNORE}\n".replace("\n", "\r\n")
    report = compile_spec(text).report
    assert (codes(report), report.suppressed[0].reason) == ([], "as in the paper")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.toml"
    path.write_text(f"{HEAD}{SATURATING}\n")
    return path


def test_a_comment_in_a_base_holds_for_what_extends_it(base: Path) -> None:
    base.write_text(f"{HEAD}{SATURATING} {IGNORE}\n")
    derived = base.with_name("a.toml")
    derived.write_text('ganforge = 1\nextends = "base.toml"\n')
    assert codes(compile_spec(derived).report) == []
    derived.write_text(derived.read_text() + '[losses.adversarial]\nobjective = "hinge"\n')
    assert codes(compile_spec(derived).report) == []


def test_a_comment_beside_extends_holds_for_what_is_inherited(base: Path) -> None:
    derived = base.with_name("a.toml")
    derived.write_text(f'ganforge = 1\nextends = "base.toml" {IGNORE}\n')
    assert codes(compile_spec(derived).report) == []
    derived.write_text(f"{derived.read_text()}[losses.adversarial]\n{SATURATING}\n")
    assert sorted(codes(compile_spec(derived).report)) == ["GF131", "GF712"]


SIGNS = st.text(st.sampled_from("# ganforge:ignore[GF712],-]ä\t"), max_size=40)


@given(st.one_of(SIGNS, st.text(st.characters(codec="utf-8", categories=["L", "P", "S", "Zs"]))))
@example(",,]")
@example(",]")
@settings(max_examples=30, deadline=None)
def test_any_comment_is_read_and_what_is_said_of_it_lies_in_its_line(comment: str) -> None:
    report = report_of(f"{SATURATING} # ganforge: ignore[{comment}")
    for finding in report.diagnostics:
        assert finding.span is not None
        line = report.texts[finding.span.file].split("\n")[finding.span.line - 1]
        assert 1 <= finding.span.column < finding.span.end_column <= len(line) + 1


@pytest.mark.parametrize("part", ["#", "# ganforge: ignore[", "# ganforge:", ",", " "])
def test_a_long_comment_is_read(part: str) -> None:
    text = f"{SATURATING} # ganforge: ignore[GF712{part * 50_000}"
    assert "GF712" in codes(report_of(text))
