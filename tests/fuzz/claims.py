"""What must hold for any text whatever: a clean report, or a spec that also trains."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from unittest.mock import patch

from ganforge.diagnostics.diagnostic import Severity
from ganforge.diagnostics.formats import FORMATS, formatted
from ganforge.diagnostics.outcome import Outcome
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry

SECONDS = 30
RUFF = Path(sys.executable).parent / "ruff"


class Endless(Exception):
    """A spec took longer than any may."""


@contextmanager
def time_limit(seconds: int = SECONDS) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Endless(f"no end after {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of work, not of waiting for a busy machine
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def reported(text: str, registry: Registry) -> Compilation:
    """A clean report of the text: every finding has a message and a remedy, in every format."""
    compilation = compile_spec(f"{text}\n", registry=registry)
    report = compilation.report
    outcome = Outcome({"<text>": report}, Severity.ERROR)
    for form in FORMATS:
        formatted(outcome, form)
    for finding in report.diagnostics:
        assert finding.message and "Error" not in finding.message, finding
        assert "None" not in finding.message, finding
    for error in report.errors:
        assert error.help, f"{error.code} says no remedy: {error.message}"
        assert not error.help.startswith("`ganforge explain"), f"{error.code}: {error.message}"
    return compilation


def trains(compilation: Compilation, *, real: bool = False) -> None:
    """An accepted spec has a program that runs two rounds on the meta device.

    real: with values on the processor where that is light, which is also faster.
    """
    import torch
    from sizes import light
    from torch.nn.utils.parametrizations import _SpectralNorm

    from ganforge.deep.rounds import rehearse
    from ganforge.plugins.running import META
    from ganforge.runs.programs import import_program

    assert compilation.graph is not None
    with patch("ganforge.codegen.program.formatted", lambda text, own: text):  # half of the time
        module = import_program(compilation.program().text)
    device = torch.device("cpu") if real and light(compilation.graph) else META
    slow = nullcontext() if device != META else patch.object(_SpectralNorm, "_power_method")
    try:
        with slow:  # its iterations take most of the time there, and have no values
            rehearse(module, compilation.graph, device)
    finally:
        del sys.modules[module.__name__]


def emits(compilation: Compilation) -> None:
    """An accepted spec has a script, in which every name is defined."""
    from ganforge.codegen.inline import standalone

    script = standalone(compilation.program(), "a test")
    ast.parse(script)
    command = [str(RUFF), "check", "--isolated", "-q", "--select", "F", "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def check(
    text: str, registry: Registry, *, train: bool = True, emit: bool = False, real: bool = False
) -> bool:
    """The claim as a whole; whether the spec was accepted. train: whether it is then built and
    trained, which takes twenty times as long as the check.
    """
    with time_limit():
        compilation = reported(text, registry)
        if compilation.report.ok and train:
            trains(compilation, real=real)
            if emit:
                emits(compilation)
    return compilation.report.ok
