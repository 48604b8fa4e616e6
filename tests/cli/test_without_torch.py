"""What works where the extra `train` is not installed, and what says how to install it."""

from __future__ import annotations

import subprocess
import sys

BLOCKED = """
import sys
for name in ("torch", "numpy", "PIL", "rich", "safetensors", "tensorboard", "torchmetrics"):
    sys.modules[name] = None  # its import fails as if it were not installed
from click.testing import CliRunner
from ganforge.cli.group import cli

def run(*arguments):
    return CliRunner().invoke(cli, arguments)

for arguments in (
    ["check", "gan", "cyclegan"], ["check", "dcgan", "--format", "json"], ["show", "dcgan"],
    ["show", "dcgan", "--code"], ["graph", "dcgan"], ["emit", "gan"], ["list"], ["blocks"],
    ["blocks", "conv"], ["losses"], ["losses", "adversarial"], ["rules"], ["explain", "GF304"],
    ["--version"], ["train", "--help"],
):
    result = run(*arguments)
    assert result.exit_code == 0, (arguments, result.output, result.exception)
for arguments in (
    ["train", "gan"], ["train-features", "idx:."],
):
    result = run(*arguments)
    assert result.exit_code == 2, (arguments, result.output)
    assert "pip install 'ganforge[train]'" in result.output, (arguments, result.output)
"""


def test_specs_are_checked_shown_and_emitted_and_training_says_what_it_needs() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
