"""What commands and specs of a plugin promise, and the plugin as a whole. Each raises `Unmet`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import click
from click.testing import CliRunner

from ganforge.codegen.inline import standalone
from ganforge.codegen.sources import InlineError
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.declarations import Command, SpecFile
from ganforge.plugins.registry import Registry
from ganforge.testing.declared import is_a_sentence, loaded
from ganforge.testing.unmet import Unmet, reason

_READ = """
import sys
from importlib.metadata import EntryPoint
from ganforge.plugins.registry import load_registry
load_registry([EntryPoint(*point) for point in {points!r}])
found = [name for name in ("torch", "numpy", "PIL") if name in sys.modules]
sys.exit(", ".join(found) or 0)
"""


def declares_without_torch(points: Sequence[EntryPoint], plugin: str) -> None:
    """Its declarations are read where there is no torch: to check, show and emit specs."""
    code = _READ.format(points=[(p.name, p.value, p.group) for p in points])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it ends"])[-1]
        remedy = "keep modules in a file of their own, which declarations name as text"
        raise Unmet(f"to read its declarations imports {said}", plugin, remedy)


@dataclass(frozen=True)
class CommandCases:
    """A command of a plugin."""

    command: Command
    samples: object = ()


def command_is_declared_soundly(cases: CommandCases) -> None:
    """Its summary is a sentence, and what it names is a command of click."""
    name = cases.command.name
    is_a_sentence(cases.command.summary, name)
    if not isinstance(loaded(cases.command.target, name), click.Command):
        remedy = "write `@click.command()` above the function"
        raise Unmet(f"`{cases.command.target}` is no command of click", name, remedy)


def command_tells_its_help(cases: CommandCases) -> None:
    """`--help` says what it does and what its options are for."""
    name = cases.command.name
    command = loaded(cases.command.target, name)
    result = CliRunner().invoke(command, ["--help"])
    if result.exit_code or result.exception:
        raise Unmet(f"`--help` fails: {result.output}", name, "leave `--help` to click")
    if not command.help:
        raise Unmet("its help does not say what it does", name, "give its function a docstring")
    silent = [o for o in command.params if isinstance(o, click.Option) and not _is_told(o)]
    if silent:
        remedy = "write `help=...`, or `show_default=True` where name and default say it all"
        raise Unmet(f"`{silent[0].opts[0]}` is not explained", name, remedy)


def _is_told(option: click.Option) -> bool:
    return bool(option.help or option.show_default)


@dataclass(frozen=True)
class SpecCases:
    """A spec of a plugin. everything: what it may use."""

    spec: SpecFile
    samples: object = ()
    everything: Registry | None = None

    def compiled(self) -> Compilation:
        return compile_spec(Path(self.spec.file), registry=self.everything)


def spec_is_sound(cases: SpecCases) -> None:
    """It has no errors, and a title; and it is named as its file says."""
    name = cases.spec.name
    compilation = cases.compiled()
    if compilation.report.errors:
        error = compilation.report.errors[0]
        raise Unmet(f"{error.code}: {error.message}", name, error.help or "repair the spec")
    assert compilation.graph is not None
    called = compilation.graph.spec.gan.name
    if called != name:
        remedy = f'write `name = "{name}"` in `[gan]`'
        raise Unmet(f"its file says that its name is `{called}`", name, remedy)
    if not cases.spec.summary:
        raise Unmet("it has no title", name, "write `title = ...` in `[gan]`")


def spec_can_be_emitted(cases: SpecCases) -> None:
    """Its script can be written: all that it uses can be taken over."""
    try:
        standalone(cases.compiled().program(), "ganforge emit")
    except InlineError as error:
        remedy = "declare the library with `requires=(...)`, or name what is imported"
        raise Unmet(f"it cannot be emitted: {error}", cases.spec.name, remedy) from error
    except AssertionError as error:
        raise Unmet(f"it has no program: {reason(error)}", cases.spec.name, "check it") from error


COMMAND_CLAIMS: tuple[Callable[[CommandCases], None], ...] = (
    command_is_declared_soundly,
    command_tells_its_help,
)
SPEC_CLAIMS: tuple[Callable[[SpecCases], None], ...] = (spec_is_sound, spec_can_be_emitted)
