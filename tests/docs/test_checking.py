"""What docs/checking.md shows is what happens: its files are written and its commands run, in
order.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli

PAGE = "docs/checking.md"
Fenced = Callable[[str, str], list[Any]]


def line_of(block: Any) -> int:
    return int(block.place.rpartition(":")[2])


def printed(command: str) -> str:
    """What a line of a terminal prints, the error output last."""
    words = shlex.split(command, comments=True)
    given = Path(words[words.index("<") + 1]).read_text() if "<" in words else None
    words = words[1 : words.index("<") if "<" in words else None]
    result = CliRunner().invoke(cli, words, input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stdout + result.stderr


def shown(block: Any, text: Any | None) -> list[tuple[str, str]]:
    """The commands of a block with what the page says they print."""
    pairs: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            pairs.append((line[2:], ""))
        else:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + line)
    if text is not None:
        pairs[-1] = (pairs[-1][0], text.text)
    return pairs


def test_its_commands_print_what_it_says(
    fenced: Fenced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    blocks = [b for language in ("toml", "console", "text") for b in fenced(PAGE, language)]
    blocks = sorted(blocks, key=line_of)
    commands = 0
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if "file" in block.words:
            path = Path(block.words["file"])
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text)
        elif block.language == "console":
            text = after if after is not None and after.language == "text" else None
            for command, expected in shown(block, text):
                commands += 1
                assert printed(command) == expected, f"{block.place}: {command}"
    assert commands > 10
