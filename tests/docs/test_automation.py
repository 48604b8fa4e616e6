"""The files for pre-commit and GitHub Actions: the repository's own, and those of checking.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ganforge.cli.group import cli
from ganforge.commands import COMMANDS

yaml = pytest.importorskip("ruamel.yaml").YAML(typ="safe")

PAGE = "docs/checking.md"
Fenced = Callable[[str, str], list[Any]]


@pytest.fixture(scope="module")
def files(fenced: Fenced, root: Path) -> list[tuple[str, str]]:
    """By their names: those of the page, and the repository's own."""
    shown = [(block.words["file"], block.text) for block in fenced(PAGE, "yaml")]
    own = [".github/workflows/ci.yml", ".pre-commit-hooks.yaml"]
    return [*shown, *((name, (root / name).read_text("utf-8")) for name in own)]


def test_every_workflow_is_one(files: list[tuple[str, str]], tmp_path: Path) -> None:
    tool = shutil.which("check-jsonschema", path=sysconfig.get_path("scripts"))
    if tool is None:
        pytest.skip("check-jsonschema is not installed")
    workflows = [text for name, text in files if name.startswith(".github/workflows/")]
    paths = [tmp_path / f"{number}.yml" for number in range(len(workflows))]
    for path, text in zip(paths, workflows, strict=True):
        path.write_text(text)
    assert len(paths) > 2
    command = [tool, "--builtin-schema", "vendor.github-workflows", *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout


def test_the_hook_of_the_page_is_the_one_that_is_offered(files: list[tuple[str, str]]) -> None:
    offered = yaml.load(dict(files)[".pre-commit-hooks.yaml"])
    used = [yaml.load(text) for name, text in files if name == ".pre-commit-config.yaml"]
    hooks = [hook for config in used for repo in config["repos"] for hook in repo["hooks"]]
    assert {hook["id"] for hook in hooks} == {hook["id"] for hook in offered}
    assert all(hook["language"] == "python" for hook in offered)


def test_the_hook_looks_at_specs(files: list[tuple[str, str]]) -> None:
    pattern = yaml.load(dict(files)[".pre-commit-hooks.yaml"])[0]["files"]
    assert re.search(pattern, "specs/dcgan.toml")
    assert re.search(pattern, "models/specs/dcgan.toml")
    assert not re.search(pattern, "pyproject.toml")


def commands(text: str) -> Iterator[list[str]]:
    """Every line that calls ganforge, as words."""
    for line in re.findall(r"ganforge ((?:check|diff|schema|new|list)[^\n>`]*)", text):
        yield line.split()


def test_a_pull_request_is_told_of_the_specs_that_changed_alone(
    files: list[tuple[str, str]], tmp_path: Path
) -> None:
    steps = yaml.load(dict(files)[".github/workflows/specs.yml"])["jobs"]["changes"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("name") == "Tell what changed")
    for name in ("changed", "same", "deep/changed-too", "broken"):
        for folder, line in ((".before/specs", ""), ("specs", "[params]\nwidth = 32\n")):
            path = tmp_path / folder / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('ganforge = 1\nextends = "dcgan"\n' + line * ("changed" in name))
    (tmp_path / "specs/broken.toml").write_text("ganforge = 1\nbad = 1\n")
    scripts = sysconfig.get_path("scripts")
    more = {"SPECS": "specs", "GITHUB_STEP_SUMMARY": "summary.md"}
    env = {**os.environ, **more, "PATH": f"{scripts}:{os.environ['PATH']}"}
    command = ["bash", "-eo", "pipefail", "-c", script]
    result = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    told = (tmp_path / "summary.md").read_text("utf-8")
    assert re.findall(r"^### Spec: .*`specs/(.*).toml`$", told, re.MULTILINE) == [
        "changed",
        "deep/changed-too",
    ]


def test_what_they_call_exists(files: list[tuple[str, str]]) -> None:
    called = [words for _, text in files for words in commands(text)]
    assert {words[0] for words in called} >= {"check", "diff"}
    for name, *words in called:
        assert name in COMMANDS
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
