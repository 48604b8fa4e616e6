"""`docs/plugin-tutorial.md` works from top to bottom: its files are written, its commands run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ganforge.plugins.registry import load_registry

PAGE = Path(__file__).parents[2] / "docs" / "plugin-tutorial.md"
FENCED = re.compile(r"^```\w+ ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""The words behind a fence, and what it holds."""


class Author:
    """Someone who follows the page in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder / "ganforge-se", folder / "site"
        self.folder.mkdir()
        paths = [str(self.folder), str(self.site), os.environ.get("PYTHONPATH", "")]
        self.env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def run(self, line: str) -> None:
        """A command of the page. Raises `AssertionError` with what it printed where it fails."""
        tool, *arguments = shlex.split(line)
        if tool == "pip":
            return self.install()
        tools = {"ganforge": ["-c", "from ganforge.cli import main; main()"], "python": []}
        start = [*tools.get(tool, ["-m", tool]), *arguments]
        start += ["-p", "no:cacheprovider"] if tool == "pytest" else []
        done = subprocess.run(
            [sys.executable, *start],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"

    def install(self) -> None:
        """What an editable install leaves: what the wheel says of itself, and the folder."""
        self.run(f"python -m hatchling build -t wheel -d {shlex.quote(str(self.site))}")
        (wheel,) = self.site.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            about = [name for name in archive.namelist() if ".dist-info/" in name]
            archive.extractall(self.site, about)


def test_a_stranger_comes_from_an_empty_folder_to_a_published_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = Author(tmp_path)
    for words, text in FENCED.findall(PAGE.read_text("utf-8")):
        if words.startswith("file="):
            author.write(words.removeprefix("file="), text)
        elif words == "run":
            for line in text.splitlines():
                author.run(line)
        elif words == "said":
            for place in (author.folder, author.site):
                monkeypatch.syspath_prepend(str(place))
            assert refusal() == text.strip()
    script = (author.folder / "se.py").read_text()
    assert "class SqueezeExcite(nn.Module)" in script and "SPDX-License-Identifier" in script
    assert "ganforge_se" not in script
    assert len(list((author.folder / "dist").iterdir())) == 2


def refusal() -> str:
    """What the kit says of the block where it does not tell that it has weights."""
    from ganforge.testing.cases import Cases
    from ganforge.testing.unmet import Unmet
    from ganforge.testing.values import keeps_its_state

    block = load_registry().blocks["squeeze-excite"]
    try:
        with pytest.raises(Unmet) as caught:
            keeps_its_state(Cases(replace(block, stateful=False)))
    finally:
        for name in ("ganforge_se", "ganforge_se.modules"):
            sys.modules.pop(name, None)
    return str(caught.value)
