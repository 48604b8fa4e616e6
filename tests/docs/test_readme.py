"""What the README shows is what happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import ganforge
from ganforge.cli.group import cli
from ganforge.commands import COMMANDS
from ganforge.document import shipped_names

Fenced = Callable[[str, str], list[Any]]


def test_its_spec_is_the_shipped_one(fenced: Fenced, root: Path) -> None:
    shown = fenced("README.md", "toml")[0].text
    assert shown == (root / "specs" / "dcgan.toml").read_text("utf-8")


def test_its_diagnostic_is_word_for_word(
    fenced: Fenced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mistaken = next(b for b in fenced("README.md", "toml") if "reports" in b.words)
    Path("mine.toml").write_text(mistaken.text)
    result = CliRunner().invoke(cli, ["check", "mine.toml"])
    assert result.output == fenced("README.md", "text")[0].text
    assert result.exit_code == 1


def test_its_python_runs(fenced: Fenced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(fenced("README.md", "python")[0].text, names)
    assert names["report"].ok
    assert names["images"].shape == (9, 3, 16, 16)
    assert names["images"].abs().max() <= 1
    assert compile(names["script"], "dcgan.py", "exec")


def test_it_names_every_command(root: Path) -> None:
    table = (root / "README.md").read_text("utf-8").split("## Commands")[1].split("##")[0]
    assert [name for name in COMMANDS if not re.search(rf"`(ganforge )?{name}\b", table)] == []


def test_its_options_exist(fenced: Fenced, root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    known = {o for c in COMMANDS for o in _options(c)} | {"--help"}
    known |= {option for parameter in cli.params for option in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known


def _options(name: str) -> list[str]:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    return [option for parameter in command.params for option in parameter.opts]


@pytest.mark.parametrize("spec", shipped_names())
def test_its_counts_of_weights_are_those_of_the_networks(spec: str, root: Path) -> None:
    row = re.search(rf"^\| `{spec}` .*$", (root / "README.md").read_text("utf-8"), re.MULTILINE)
    assert row is not None
    networks = ganforge.build(spec).networks
    first = [next(n for key, n in networks.items() if key.startswith(name)) for name in "GD"]
    counts = [sum(p.numel() for p in network.parameters()) for network in first]
    assert f"| {counts[0]:,} | {counts[1]:,} |" in row[0]


def test_every_shipped_spec_is_in_its_table(root: Path) -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| \[\d", (root / "README.md").read_text("utf-8"), re.M)
    assert sorted(rows) == sorted(path.stem for path in (root / "specs").glob("*.toml"))
