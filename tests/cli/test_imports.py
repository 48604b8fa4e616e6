"""What commands import, and how soon they answer."""

from __future__ import annotations

import os
import subprocess
import sys

from ganforge.document import shipped_names

WITHOUT_TORCH = """
import sys
from click.testing import CliRunner
from ganforge.cli.group import cli
for spec in sys.argv[1:]:
    for command in ("check", "show", "graph", "emit"):
        result = CliRunner().invoke(cli, [command, spec])
        assert result.exit_code == 0, (command, spec, result.output)
loaded = {"torch", "numpy", "PIL", "rich"} & set(sys.modules)
assert not loaded, loaded
"""


def test_check_show_graph_and_emit_need_no_torch() -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, *shipped_names()]
    subprocess.run(command, check=True, timeout=300)


def test_the_api_is_imported_without_torch_or_pydantic() -> None:
    code = "import ganforge, sys; assert not {'torch', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_closed_pipe_is_no_error() -> None:
    code = "from ganforge.cli import main; main()"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", code, "show", "dcgan", "--code"]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert result.stderr == b""
