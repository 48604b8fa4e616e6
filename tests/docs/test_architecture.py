"""What docs/architecture.md says of imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganforge
from ganforge.plugins.registry import load_registry

ROOT = Path(ganforge.__file__).parent
STAGES = ["document", "formula", "spec", "graph", "plan", "codegen"]
SHOWN = {"schema", "diff", "show", "cli"}
BELOW = {"checking", "runs", "metrics", "api", "pipeline", "locate"} | SHOWN


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """The files of a folder, each with the modules that it imports."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((file.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield file.name, str(node.module)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_none_that_stands_below_it(stage: str) -> None:
    later = {*STAGES[STAGES.index(stage) + 1 :], *BELOW}
    found = [(file, name) for file, name in imported(ROOT / stage) if name.startswith("ganforge.")]
    assert found and not [pair for pair in found if pair[1].split(".")[1] in later]


def test_the_compiler_names_no_plugin() -> None:
    files = [file for file in ROOT.rglob("*.py") if "ganforge_blocks" in file.read_text()]
    assert not files


def test_the_passes_know_blocks_and_losses_by_what_they_declare() -> None:
    registry = load_registry()
    given = {*registry.blocks, *registry.losses, *registry.weights}
    # A relation, a tensor, a parameter, and a key of `[conditioning]`.
    given -= {"identity", "reconstruction", "scale", "noise"}
    given -= {"sigmoid", "tanh"}  # a remedy names them
    trees = [ast.parse(file.read_text()) for file in (ROOT / "graph" / "passes").glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    assert not given & {node.value for node in nodes if isinstance(node, ast.Constant)}


def test_the_runtime_imports_what_scripts_may_import() -> None:
    allowed = {*sys.stdlib_module_names, "torch", "numpy", "PIL"}
    found = {name for _, name in imported(ROOT / "runtime")}
    assert not {name for name in found if name.split(".")[0] not in {*allowed, "ganforge"}}
    assert {name.split(".")[1] for name in found if name.startswith("ganforge.")} == {"runtime"}
