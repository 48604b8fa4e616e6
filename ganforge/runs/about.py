"""What `run.json` says: by what a run was made, from what, and how it was asked for."""

from __future__ import annotations

import hashlib
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ganforge.codegen.program import Program
from ganforge.plugins.registry import Registry
from ganforge.runtime.options import Options


def about_run(program: Program, registry: Registry, options: Options) -> dict[str, Any]:
    """The record of a new run."""
    return {
        "name": program.name,
        "spec": program.spec_hash,
        "data": options.data,
        "seed": options.seed,
        "device": options.device,
        **_weights_of_others(program),
        **made_by(registry),
    }


def about_resumed(
    old: dict[str, Any], program: Program, registry: Registry, options: Options
) -> dict[str, Any]:
    """The record of a run that goes on: what is new is added."""
    now = {"data": options.data, "device": options.device}
    again = {**now, **_weights_of_others(program), **made_by(registry)}
    return {**old, "resumed": [*old.get("resumed", []), again]}


def _weights_of_others(program: Program) -> dict[str, Any]:
    """By network, the weights that are not trained here: the file and what it holds, or that they
    are random.
    """
    said = {
        name: _said(Path(file)) if file else "random" for name, file in program.pretrained.items()
    }
    return {"pretrained": said} if said else {}


def _said(file: Path) -> dict[str, str]:
    file = file.expanduser()
    held = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()} if file.is_file() else {}
    return {"file": str(file), **held}


def made_by(registry: Registry) -> dict[str, Any]:
    """The versions of what takes part, and the command."""
    plugins = {o.distribution: o.version for o in registry.owners.values()}
    return {
        "versions": {
            "ganforge": version("ganforge"),
            "torch": version("torch"),
            "python": platform.python_version(),
        },
        "plugins": dict(sorted(plugins.items())),
        "command": shlex.join(sys.argv),
    }
