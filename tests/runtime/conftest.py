"""The program that the tests run: a copy of what the generator writes, at tiny size."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

torch.set_num_threads(1)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A freshly imported program, which a test may change."""
    path = Path(__file__).with_name("program_dcgan.py")
    spec = importlib.util.spec_from_file_location("program_dcgan", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "program_dcgan", module)
    spec.loader.exec_module(module)
    yield module


@pytest.fixture
def program_of() -> Callable[..., Any]:
    """`program_of(text, "train.batch=2")`: the program of a spec without errors, imported."""

    def program_of(text: str, *overrides: str) -> Any:
        compilation = compile_spec(text, overrides)
        assert compilation.report.ok, str(compilation.report)
        return import_program(compilation.program().text)

    return program_of
