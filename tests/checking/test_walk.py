"""Which specs a folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.checking.walk import patterns, specs_below


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with specs in several folders."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    for name in ("a.toml", "old/b.toml", "old/c.toml", "deep/down/d.toml", ".hidden/e.toml"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("ganforge = 1\n")
    Path("other.toml").write_text("[project]\n")
    return tmp_path


def below(folder: str = ".") -> list[str]:
    return [path.as_posix() for path in specs_below(Path(folder))]


def test_specs_are_the_files_with_the_key() -> None:
    assert below() == ["a.toml", "deep/down/d.toml", "old/b.toml", "old/c.toml"]


def test_a_byte_order_mark_hides_no_spec() -> None:
    Path("a.toml").write_bytes(b"\xef\xbb\xbfganforge = 1\n")
    assert "a.toml" in below()


def test_what_git_ignores_is_left_out() -> None:
    Path(".gitignore").write_text("# comment\nold/\n/deep/*/d.toml\n")
    assert below() == ["a.toml"]


def test_a_negation_takes_back() -> None:
    Path(".gitignore").write_text("*.toml\n!b.toml\n")
    assert below() == ["old/b.toml"]


def test_nothing_in_an_ignored_folder_is_taken_back() -> None:
    Path(".gitignore").write_text("old/\n!old/b.toml\n")
    assert "old/b.toml" not in below()


def test_a_nested_file_goes_before_those_above() -> None:
    Path(".gitignore").write_text("*.toml\n")
    Path("old/.gitignore").write_text("!c.toml\n")
    assert below() == ["old/c.toml"]


def test_the_root_of_the_repository_speaks_for_a_subfolder() -> None:
    Path(".gitignore").write_text("old/b.toml\n/down/\n")
    assert below("old") == ["old/c.toml"]
    assert below("deep") == ["deep/down/d.toml"]


def test_a_folder_above_the_repository_says_nothing(tree: Path) -> None:
    (tree / "old" / ".git").mkdir()
    Path(".gitignore").write_text("b.toml\n")
    assert below("old") == ["old/b.toml", "old/c.toml"]


def test_an_ignored_folder_that_is_named_is_walked() -> None:
    Path(".gitignore").write_text("old/\n")
    assert below("old") == ["old/b.toml", "old/c.toml"]


def test_a_line_that_is_no_pattern_hides_nothing() -> None:
    Path(".gitignore").write_text("old/b.toml\n!\n")
    assert below() == ["a.toml", "deep/down/d.toml", "old/c.toml"]


def test_excluded_files_are_left_out(tree: Path) -> None:
    found = specs_below(Path(), patterns(tree, ["old/*", "a.toml"]))
    assert [path.as_posix() for path in found] == ["deep/down/d.toml"]


def test_links_to_folders_are_not_followed(tree: Path) -> None:
    (tree / "old" / "loop").symlink_to(tree)
    assert len(below()) == 4
