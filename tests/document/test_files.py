"""Files that are no specs: without end, too large, or too many."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli
from ganforge.document.load import MAX_BYTES, MAX_FILES, SpecNotFound, load, loads


def codes(path: Path) -> list[str]:
    return [diagnostic.code for diagnostic in load(path)[1]]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(SpecNotFound, match="pipe or device"):
        load(tmp_path / "pipe.toml")
    text = 'ganforge = 1\nextends = "pipe.toml"\n'
    assert [d.code for d in loads(text, folder=tmp_path)[1]] == ["GF121"]


def test_devices_are_not_read() -> None:
    with pytest.raises(SpecNotFound, match="pipe or device"):
        load(Path("/dev/zero"))
    assert CliRunner().invoke(cli, ["check", "/dev/zero"]).exit_code == 2


def test_a_file_larger_than_a_spec_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"ganforge = 1\n" + b"#" * MAX_BYTES)
    assert codes(path) == ["GF118"]
    assert "larger than 1 MiB" in CliRunner().invoke(cli, ["check", str(tmp_path)]).output


def test_a_chain_of_too_many_files_is_one_error(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 5):
        text = f'ganforge = 1\nextends = "{number + 1}.toml"\n'
        (tmp_path / f"{number}.toml").write_text(text)
    assert codes(tmp_path / "0.toml") == ["GF118"]


@pytest.mark.parametrize("command", ["check", "show", "graph", "emit"])
def test_a_standard_input_that_is_no_spec_is_told(command: str) -> None:
    for data, told in ((b"#" * (MAX_BYTES + 1), "larger than 1 MiB"), (b"\xff\xfe", "not UTF-8")):
        result = CliRunner().invoke(cli, [command, "-"], input=data)
        assert (result.exit_code, told in result.output) == (2, True), result.output
