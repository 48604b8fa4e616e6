"""The source of one call, as `emit` writes it, run where there is neither ganforge nor plugin."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ganforge.codegen.expressions import write_call
from ganforge.codegen.inline import taken_over
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.sources import SCRIPTS_IMPORT, InlineError
from ganforge.plugins.calls import Call
from ganforge.testing.unmet import Unmet, reason

REMEDY = (
    "keep what it names at the top level of a module, imported as `from package.module import "
    "name`; other libraries are declared with `requires=(...)`"
)


def alone(call: Call, inputs: Collection[str], libraries: Collection[str], case: object) -> Any:
    """The call as a function of its inputs, made of its emitted source in an empty namespace.

    Raises `Unmet` where the source cannot be taken over, or needs what a script does not have.
    """
    imports = Imports(Namespace({"call", "matrix", *inputs}))
    value = write_call(call, imports, {name: name for name in inputs})
    constants = [f"{name} = torch.tensor({rows!r})" for rows, name in imports.matrices.items()]
    lines = ["import torch", *imports.lines(), *constants]
    lines += [f"def call({', '.join(inputs)}):", f"    return {value}"]
    try:
        text = taken_over("\n".join(lines), libraries)
    except InlineError as error:
        raise Unmet(f"it cannot be emitted: {error}", case, REMEDY) from None
    _only_known_imports(text, libraries, case)
    module = ModuleType("emitted")
    sys.modules["emitted"] = module  # dataclasses look their module up here
    try:
        exec(compile(text, "<emitted>", "exec"), module.__dict__)
    except Exception as error:
        raise Unmet(f"its emitted source does not run: {reason(error)}", case, REMEDY) from error
    finally:
        del sys.modules["emitted"]
    return module.__dict__["call"]


def _only_known_imports(text: str, libraries: Collection[str], case: object) -> None:
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            package = name.split(".")[0]
            if package not in SCRIPTS_IMPORT and package not in libraries:
                raise Unmet(f"its emitted source imports `{name}`", case, REMEDY)


@contextmanager
def nothing_missing(case: object) -> Iterator[None]:
    """Around what runs emitted source: a name that it lacks is told as such."""
    try:
        yield
    except NameError as error:
        raise Unmet(f"its emitted source does not run: {reason(error)}", case, REMEDY) from error
