"""`[plugins] local`: code beside a spec, which runs where the user allows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import ganforge as api
from ganforge import SpecError

Command = Callable[..., Result]
FLAG = "--allow-local-code"
CODE = """
from pathlib import Path

from torch import Tensor, nn

from ganforge.plugins import Block, call, hookimpl

Path("ran").touch()


class Mirror(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.flip(3)


@hookimpl
def ganforge_register_blocks():
    return [Block("NAME", "Mirrors images.", module=lambda p, x: call("NAME_blocks:Mirror"))]
"""
SPEC = """ganforge = 1
extends = "dcgan"

[params]
size = 16
width = 4

[plugins]
local = ["code/NAME_blocks.py"]

[networks.D]
layers = [{ block = "NAME" }, { block = "linear", out = 1 }]

[train]
batch = 4
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A spec with a block of its own, whose name no other test has."""
    name = f"mirror{abs(hash(request.node.name)) % 10**6}"
    monkeypatch.chdir(tmp_path)
    Path("code").mkdir()
    Path(f"code/{name}_blocks.py").write_text(CODE.replace("NAME", name))
    Path("spec.toml").write_text(SPEC.replace("NAME", name))
    return name


@pytest.mark.parametrize("command", ["check", "show", "emit", "graph", "train"])
def test_code_of_a_spec_does_not_run_unasked(ganforge: Command, spec: str, command: str) -> None:
    done = ganforge(command, "spec.toml")
    assert done.exit_code == 1
    assert f"code/{spec}_blocks.py` is code" in done.output and FLAG in done.output
    assert "GF801" not in done.output and not Path("ran").exists()


def test_code_that_is_allowed_is_checked_trained_resumed_and_emitted(
    ganforge: Command, spec: str
) -> None:
    assert ganforge("check", "spec.toml", FLAG).exit_code == 0
    assert ganforge(FLAG, "train", "spec.toml", "--rounds", "1", "--out", "run").exit_code == 0
    assert Path(f"run/{spec}_blocks.py").is_file()
    assert ganforge("train", "run", "--resume", "--rounds", "2").exit_code == 1
    assert ganforge("train", "run", "--resume", "--rounds", "2", FLAG).exit_code == 0
    assert ganforge("emit", "spec.toml", FLAG, "-o", "script.py").exit_code == 0
    assert "class Mirror(nn.Module):" in Path("script.py").read_text()


def test_python_has_the_same_switch(spec: str) -> None:
    with pytest.raises(SpecError, match="in Python `allow_local_code=True`"):
        api.emit("spec.toml")
    assert not api.check("spec.toml").ok and not Path("ran").exists()
    allowed = {"allow_local_code": True}
    assert api.check("spec.toml", **allowed).ok
    assert "class Mirror(nn.Module):" in api.emit("spec.toml", **allowed)
    assert "D" in api.build("spec.toml", **allowed).networks
    run = api.train("spec.toml", rounds=1, out="run", **allowed)
    with pytest.raises(SpecError):
        api.load(run)
    assert api.load(run, **allowed).sample(2).shape == (2, 3, 16, 16)


@pytest.mark.parametrize(
    ("local", "code", "said"),
    [
        ("code/none.py", "GF121", "cannot be read"),
        ("code/json.py", "GF813", "another module is named `json`"),
        ("code/my-blocks.py", "GF813", "no name of a module"),
        ("code/broken_blocks.py", "GF813", "failed to load"),
    ],
)
def test_code_that_cannot_be_imported_is_one_finding(
    ganforge: Command, spec: str, local: str, code: str, said: str
) -> None:
    for name in ("json", "my-blocks", "broken_blocks"):
        Path(f"code/{name}.py").write_text("import nothing_of_this_name")
    Path("spec.toml").write_text(SPEC.replace("code/NAME_blocks.py", local).replace("NAME", spec))
    done = ganforge("check", "spec.toml", FLAG, "--format", "concise")
    assert done.exit_code == 1 and done.output.count("error[") == 1
    assert code in done.output and said in done.output


def test_a_file_of_a_spec_takes_no_built_in_name(ganforge: Command, spec: str) -> None:
    file = Path(f"code/{spec}_blocks.py")
    file.write_text(file.read_text().replace(f'"{spec}"', '"conv"', 1))
    told = ganforge("check", "spec.toml", FLAG).output
    assert "error[GF802]: the block `conv` of " in told
    assert "= help: give it another name" in told
