"""`--fix` and `--diff`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Check = Callable[..., Result]
Write = Callable[..., Path]

TYPOS = (
    "# the critic",
    "[networks.D]   # as in the paper",
    "layers = [",
    '  { block = "cnv", out = "widht", act = "leaky-rel" },  # "cnv" and "widht" stay here',
    '  { block = "conv", out = 1, stride = 1, paddin = 0 },',
    "]",
    "[trian]",
    "batch  =  32",
    "[losses.adversarial]",
    'objective = "hingee"',
)
REPAIRED = (
    "# the critic",
    "[networks.D]   # as in the paper",
    "layers = [",
    '  { block = "conv", out = "width", act = "leaky-relu" },  # "cnv" and "widht" stay here',
    '  { block = "conv", out = 1, stride = 1, padding = 0 },',
    "]",
    "[train]",
    "batch  =  32",
    "[losses.adversarial]",
    'objective = "hinge"',
)


def text(*lines: str) -> str:
    return "\n".join(["ganforge = 1", 'extends = "dcgan"', *lines, ""])


def test_misspelled_names_are_repaired_and_nothing_else_changes(check: Check, write: Write) -> None:
    path = write("a.toml", *TYPOS)
    result = check("a.toml", "--fix")
    assert path.read_text() == text(*REPAIRED)
    assert result.exit_code == 0
    assert "error" not in result.stdout
    assert result.stderr == "Repaired 6 findings: a.toml (6).\n"


def test_what_remains_is_told(check: Check, write: Write) -> None:
    path = write("a.toml", "[train]", "bach = 32", "quux = 1")
    result = check("a.toml", "--fix", "--format", "concise")
    assert "batch = 32\nquux = 1" in path.read_text()
    assert result.stdout.startswith("a.toml:5:1: error[GF102]")
    assert result.exit_code == 1


def test_one_repair_may_show_the_next(check: Check, write: Write) -> None:
    path = write("a.toml", "[trian]", "bach = 32")
    check("a.toml", "--fix")
    assert path.read_text() == text("[train]", "batch = 32")


def test_slips_of_toml_are_repaired_one_after_the_other(check: Check, write: Write) -> None:
    path = write(
        "a.toml", "[train]", "reuse = True", "batch = 32,", "optimizer = { betas = (0, .9) }"
    )
    assert check("a.toml", "--fix").stderr == "Repaired 4 findings: a.toml (4).\n"
    repaired = ("[train]", "reuse = true", "batch = 32", "optimizer = { betas = [0, 0.9] }")
    assert path.read_text() == text(*repaired)


def test_what_is_repaired_up_to_a_place_where_only_its_author_knows_is_told(
    check: Check, write: Write
) -> None:
    path = write("a.toml", "[train]", "reuse = True", "ema = None", "batch = 32;")
    result = check("a.toml", "--fix", "--format", "concise")
    assert path.read_text() == text("[train]", "reuse = true", "ema = None", "batch = 32;")
    assert result.stdout.startswith("a.toml:5:7: error[GF103]: `None` is no TOML\n")


def test_two_keys_do_not_become_one(check: Check, write: Write) -> None:
    path = write("a.toml", "[train]", "bach = 32", "bacth = 16")
    result = check("a.toml", "--fix")
    assert path.read_text() == text("[train]", "batch = 32", "bacth = 16")
    assert result.exit_code == 1


def test_a_diff_changes_nothing_and_can_be_applied(
    check: Check, write: Write, folder: Path
) -> None:
    path = write("a.toml", *TYPOS)
    path.write_text(path.read_text().rstrip("\n"))
    before = path.read_text()
    result = check("a.toml", "--diff")
    assert path.read_text() == before
    assert result.exit_code == 1
    assert result.stdout.startswith("--- a.toml\n+++ a.toml\n@@ ")
    assert result.stderr == "6 findings would be repaired.\n"
    subprocess.run(["git", "apply", "-p0"], input=result.stdout, text=True, check=True)
    assert path.read_text() == text(*REPAIRED).rstrip("\n")


def test_line_ends_and_a_byte_order_mark_stay(check: Check) -> None:
    path = Path("a.toml")
    lines = b'ganforge = 1\r\nextends = "dcgan"\r\n[train]\r\nbach = 3 # \xc3\xa4\n'
    path.write_bytes(b"\xef\xbb\xbf" + lines)
    path.chmod(0o640)
    assert check("a.toml", "--fix").exit_code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + lines.replace(b"bach", b"batch")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in Path().iterdir()] == ["a.toml"]


def test_columns_are_characters(check: Check, write: Write) -> None:
    path = write("a.toml", "[gan]", 'notes = "ä画"', "[networks.D]", "layers = [", LAYER, "]")
    check("a.toml", "--fix")
    assert LAYER.replace("paddin ", "padding ") in path.read_text()


LAYER = '  { id = "h", block = "conv", out = 1, when = "1 < 2", stride = 1, paddin = 0 },'


def test_a_base_is_repaired_only_where_it_is_named(check: Check, write: Write) -> None:
    base = write("base/base.toml", "[train]", "bach = 3")
    Path("a").mkdir()
    derived = Path("a/a.toml")
    derived.write_text('ganforge = 1\nextends = "../base/base.toml"\n')
    before = base.read_text()
    assert check("a", "--fix").exit_code == 1
    assert base.read_text() == before
    assert check("a", "base", "--fix").exit_code == 0
    assert base.read_text() == text("[train]", "batch = 3")


def test_a_link_is_repaired_where_it_leads(check: Check, write: Write) -> None:
    path = write("real.toml", "[train]", "bach = 3")
    Path("link.toml").symlink_to(path)
    assert check("link.toml", "--fix").exit_code == 0
    assert Path("link.toml").is_symlink()
    assert path.read_text() == text("[train]", "batch = 3")


def test_what_is_ignored_or_suppressed_is_not_repaired(check: Check, write: Write) -> None:
    path = write("a.toml", "[train]", "bach = 3")
    before = path.read_text()
    check("a.toml", "--fix", "--ignore", "GF102")
    assert path.read_text() == before


def test_the_command_line_is_not_repaired(check: Check, write: Write) -> None:
    path = write("a.toml", "[train]", "batch = 3")
    before = path.read_text()
    assert check("a.toml", "--fix", "--set", "widht=3").exit_code == 1
    assert path.read_text() == before


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_the_standard_input_cannot_be_repaired(check: Check, option: str) -> None:
    result = check("-", option, input="ganforge = 1\n")
    assert result.exit_code == 2
    assert "name a file" in result.stderr


@pytest.mark.parametrize("form", ["full", "concise"])
def test_people_are_told_how_many_findings_can_be_repaired(
    check: Check, write: Write, form: str
) -> None:
    write("a.toml", "[train]", "bach = 32", "quux = 1", "[sampel]")
    result = check("a.toml", "--format", form)
    assert result.stdout.endswith("\nFound 3 errors.\n")
    assert result.stderr == "2 findings can be repaired: run with `--fix`.\n"
    assert check("a.toml", "--fix").stderr == "Repaired 2 findings: a.toml (2).\n"


def test_of_two_repairs_that_exclude_each_other_one_is_counted(check: Check, write: Write) -> None:
    write("a.toml", "[train]", "bach = 32", "bacth = 16")
    assert check("a.toml").stderr == "1 finding can be repaired: run with `--fix`.\n"


def test_no_repairs_are_offered_where_none_would_be_made(check: Check, write: Write) -> None:
    path = write("a.toml", "[train]", "quux = 32")
    assert check("a.toml").stderr == ""
    write("a.toml", "[train]", "bach = 32")
    assert check("-", input=path.read_text()).stderr == ""
    assert check("a.toml", "--write-baseline", "known.json").stderr.startswith("Wrote 1 finding")
    Path("sub").mkdir()
    Path("sub/b.toml").write_text('ganforge = 1\nextends = "../a.toml"\n')
    assert check("sub").stderr == ""


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif", "junit"])
def test_programs_are_not_told_of_repairs_in_words(check: Check, write: Write, form: str) -> None:
    write("a.toml", "[train]", "bach = 32")
    assert check("a.toml", "--format", form).stderr == ""


def test_a_file_without_repairs_is_not_written(check: Check, write: Write) -> None:
    path = write("a.toml")
    changed = path.stat().st_ino
    assert check("a.toml", "--fix").exit_code == 0
    assert path.stat().st_ino == changed


def test_of_files_one_of_which_is_read_only_none_is_repaired(
    check: Check, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write(f"{name}.toml", "[train]", "bach = 32") for name in "ab"]
    before = [path.read_text() for path in paths]
    # As root, all files can be written.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "b.toml")
    result = check(".", "--fix")
    assert result.exit_code == 2
    assert result.stderr == "error: b.toml is read-only: nothing was repaired\n"
    assert [path.read_text() for path in paths] == before
