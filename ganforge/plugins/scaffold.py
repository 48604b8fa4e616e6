"""A new plugin as a complete package: the files of `ganforge plugins new`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from ganforge.errors import CannotStart
from ganforge.plugins.absence import INTERFACE
from ganforge.resources import folder

FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    ".gitignore": "gitignore",
    ".github/workflows/test.yml": "test.yml",
    "{package}/__init__.py": "init.py",
    "{package}/plugin.py": "plugin.py",
    "{package}/modules.py": "modules.py",
    "{package}/losses.py": "losses.py",
    "examples/{name}.toml": "example.toml",
    "tests/test_conformance.py": "test_conformance.py",
    "tests/test_parts.py": "test_parts.py",
}
"""The files of the package, and the templates they are made from."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_plugin(name: str, parent: Path) -> list[str]:
    """Write the package into `parent / name`, whole or not at all; the names of its files.

    Raises `CannotStart` where the name cannot be one, or something is there already.
    """
    _check(name)
    place = parent / name
    if place.exists():
        raise CannotStart(f"{place} exists: choose another name, or another folder with `--out`")
    if not parent.is_dir():
        raise CannotStart(f"there is no folder {parent}: make it, or name another one")
    texts = _texts(name)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=parent) as temporary:
        made = Path(temporary) / name
        for file, text in texts.items():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            (made / file).write_text(text, "utf-8")
        shutil.move(made, place)
    return list(texts)


def _check(name: str) -> None:
    package = name.replace("-", "_")
    if not _NAME.fullmatch(name) or len(name) > 60:
        message = f"`{name}` is no name for a plugin"
        raise CannotStart(f"{message}: write it in small letters, digits and single `-`")
    if package in sys.stdlib_module_names or importlib.util.find_spec(package) is not None:
        message = f"a package `{package}` is installed already"
        raise CannotStart(f"{message}: choose a name of its own, such as `{name}-blocks`")


def _texts(name: str) -> dict[str, str]:
    """The files and what stands in them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(folder("templates") / "plugin")
    templates = Environment(
        loader=loader, undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    package = name.replace("-", "_")
    values = {
        "name": name,
        "package": package,
        "short": name.removeprefix("ganforge-"),
        "version": version("ganforge"),
        "interface": INTERFACE,
        "year": date.today().year,
    }
    return {
        file.format(name=name, package=package): templates.get_template(f"{template}.j2").render(
            values
        )
        for file, template in FILES.items()
    }
