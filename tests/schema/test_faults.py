"""One fault in a spec is one message of a checker of TOML, and it is true.

`faults/NAME.toml` has a fault, and `NAME.txt` is what check-jsonschema and taplo print of it, each
with the place; long lists are cut. `UPDATE_CASES=1` writes the texts anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

FAULTS = Path(__file__).parent / "faults"
NAMES = sorted(path.stem for path in FAULTS.glob("*.toml"))
TAPLO_ERROR = re.compile(r"^error: (.*)\n\s*\S+ (\S+\.toml):(\d+):\d+$", re.MULTILINE)

Messages = dict[str, list[str]]


def tool(name: str) -> str:
    """A command of this environment."""
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: `pip install -c constraints.txt {name}`")
    return found


@pytest.fixture(scope="module")
def of_jsonschema(schema_file: Path) -> Messages:
    files = [str(FAULTS / f"{name}.toml") for name in NAMES]
    command = [tool("check-jsonschema"), "--schemafile", str(schema_file), "-o", "json", *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    messages: Messages = {name: [] for name in NAMES}
    for error in json.loads(result.stdout)["errors"]:
        messages[Path(error["filename"]).stem].append(f"{error['path']}: {error['message']}")
    return messages


@pytest.fixture(scope="module")
def of_taplo(schema_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Messages:
    """Messages of taplo; it repeats one for each part of the table that it is about."""
    files = [str(FAULTS / f"{name}.toml") for name in NAMES]
    command = [tool("taplo"), "lint", "--colors", "never", "--schema", schema_file.as_uri(), *files]
    empty = tmp_path_factory.mktemp("empty")
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=empty, timeout=60
    )
    messages: Messages = {name: [] for name in NAMES}
    seen = set()
    for message, file, line in TAPLO_ERROR.findall(result.stderr):
        if (message, file) not in seen:
            messages[Path(file).stem].append(f"line {line}: {message}")
        seen.add((message, file))
    return messages


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_one_true_message(
    name: str, of_jsonschema: Messages, of_taplo: Messages
) -> None:
    told = {"check-jsonschema": of_jsonschema[name], "taplo": of_taplo[name]}
    text = "".join(f"{tool}\n  {_cut(message)}\n" for tool in told for message in told[tool])
    assert [len(messages) for messages in told.values()] == [1, 1], text
    expected = FAULTS / f"{name}.txt"
    if "UPDATE_CASES" in os.environ:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def _cut(message: str) -> str:
    """Without the ends of long lists, which grow with the language."""
    message = re.sub(r"(known are (?:\w+, ){3})[\w, ]+", r"\1...", message)
    return re.sub(r"\[([^],\[]+,[^],\[]+),[^]\[]{40,}\]", r"[\1, ...]", message)


@pytest.mark.parametrize("name", NAMES)
def test_check_refuses_the_same_spec(name: str, registry: Registry) -> None:
    assert not compile_spec(FAULTS / f"{name}.toml", registry=registry).report.ok
