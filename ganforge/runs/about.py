"""What `run.json` says: by what a run was made, from what, and how it was asked for."""

from __future__ import annotations

import platform
import shlex
import sys
from importlib.metadata import version
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
        **made_by(registry),
    }


def about_resumed(old: dict[str, Any], registry: Registry, options: Options) -> dict[str, Any]:
    """The record of a run that goes on: what is new is added."""
    again = {"data": options.data, "device": options.device, **made_by(registry)}
    return {**old, "resumed": [*old.get("resumed", []), again]}


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
