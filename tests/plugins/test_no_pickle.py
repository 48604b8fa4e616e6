"""Nothing reads or writes a format that can hold code: checkpoints are safetensors and JSON."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ganforge

ROOT = Path(ganforge.__file__).parents[1]
SOURCES = [
    *(ROOT / "ganforge").rglob("*.py"),
    *(ROOT / "plugins").rglob("*.py"),
    *(ROOT / "templates").rglob("*.j2"),
]
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
FORBIDDEN = {
    "torch.load",
    "torch.save",
    "torch.jit.load",
    "torch.package",
    "torch.hub.load",
    "torch.hub.load_state_dict_from_url",
    "np.save",
    "numpy.save",
}


def offences(code: str) -> Iterator[str]:
    """Imports and calls by which code could come out of a file."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                full = {f"{module}.{n.name}" for n in names}
                if module.split(".")[0] in MODULES or full & FORBIDDEN:
                    yield module
            case ast.Attribute() if ast.unparse(node) in FORBIDDEN:
                yield ast.unparse(node)
            case ast.keyword(arg="allow_pickle", value=value) if ast.unparse(value) != "False":
                yield "allow_pickle"


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import load",
        "from torch import load",
        "torch.load(f)",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_an_offence_would_be_found(code: str) -> None:
    assert list(offences(code))


def test_nothing_in_the_source_can_read_code_from_a_file() -> None:
    assert len(SOURCES) > 200
    python = [file for file in SOURCES if file.suffix == ".py"]
    found = {str(file): list(offences(file.read_text("utf-8"))) for file in python}
    assert {file: names for file, names in found.items() if names} == {}
    templates = [file.read_text("utf-8") for file in SOURCES if file.suffix == ".j2"]
    assert not [text for text in templates if "pickle" in text or "torch.load" in text]


def test_arrays_are_read_without_pickle() -> None:
    """`offences` refuses `allow_pickle`, so that this default holds everywhere."""
    assert inspect.signature(np.load).parameters["allow_pickle"].default is False


@pytest.mark.parametrize("spec", ["gan", "wgan-gp"])
def test_a_script_can_read_no_code_from_a_file(spec: str) -> None:
    assert list(offences(ganforge.emit(spec))) == []


def test_a_checkpoint_is_safetensors_and_json(tmp_path: Path) -> None:
    run = ganforge.train(
        "dcgan", {"size": 16, "width": 4, "train.batch": 4}, out=tmp_path / "run", rounds=1
    )
    (checkpoint,) = (run / "checkpoints").glob("round-*")
    files = {file.suffix for file in checkpoint.iterdir()}
    assert files == {".safetensors", ".json"}
    heads = {file.read_bytes()[:2] for file in run.rglob("*") if file.is_file()}
    assert not heads & {b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"}
