"""What `without` takes away and is needed: reported at its entry, once for each."""

from __future__ import annotations

from pathlib import Path

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.pipeline import compile_spec

BASE = Path(__file__).parents[1] / "cases" / "base.toml"


def found(tmp_path: Path, without: str, rest: str = "") -> list[Diagnostic]:
    spec = tmp_path / "mine.toml"
    spec.write_text(f'ganforge = 1\nextends = "{BASE.as_posix()}"\nwithout = [{without}]\n{rest}')
    return list(compile_spec(spec).report.diagnostics)


def test_each_entry_is_told_once_at_its_place(tmp_path: Path) -> None:
    told = found(tmp_path, '"latents.z", "networks.D", "train.optimizer"')
    places = {(d.code, d.span.line, d.span.column) for d in told if d.span}
    assert places == {("GF201", 3, 12), ("GF201", 3, 25), ("GF111", 3, 39)}
    assert len(told) == 3


def test_what_was_replaced_is_no_matter_of_without(tmp_path: Path) -> None:
    assert found(tmp_path, '"flow.fake"', '[flow]\nfake = "G(z)"\n') == []


def test_an_entry_that_nothing_needs_is_not_blamed_for_another_mistake(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, '"train.batch", "train.rounds"')
    assert diagnostic.code == "GF601"
    assert diagnostic.message.endswith("`without` removes `train.rounds`")
    (diagnostic,) = found(tmp_path, '"sample.images"', "[losses.other]\n")
    assert "without" not in diagnostic.message
