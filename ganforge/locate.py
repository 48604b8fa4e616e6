"""From what a user names to a spec that was compiled."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganforge.diagnostics.suggest import nearest
from ganforge.document import Drafts, SpecNames, SpecNotFound, shipped
from ganforge.document.overrides import Keywords
from ganforge.errors import CannotStart, SpecError
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry, load_registry
from ganforge.plugins.specs import spec_names

Source = str | Path
"""A file, a run's folder, a spec by name, or TOML text (a string with a line break)."""


def locate(source: Source, registry: Registry | None = None) -> Source:
    """The file that is meant, or the text itself. Raises `SpecNotFound` with the nearest name.

    registry: what plugins give; gathered where it is needed.
    """
    if isinstance(source, str) and "\n" in source:
        return source
    if "\0" in str(source):
        raise SpecNotFound("the name of a file cannot hold a null byte")
    path = Path(source)
    if path.is_file():
        return path
    if path.is_dir() and (path / "spec.toml").is_file():
        return path / "spec.toml"
    found = shipped(str(source))  # without a look at plugins
    names = SpecNames() if found else spec_names(registry or load_registry())
    found = found or names.find(str(source))
    if found is not None:
        return found
    if path.is_dir():
        raise SpecNotFound(
            f"`{source}` holds no `spec.toml`: name a spec, and a script's run by `--out {source}`"
        )
    if os.path.lexists(path):
        return path  # a pipe, a device, a broken link: opening it says why it is no spec
    explained = names.explain(str(source))
    if explained is not None:
        raise SpecNotFound(": ".join(explained))
    raise SpecNotFound(f"no file or shipped spec `{source}`: {_remedy(path, names)}")


def _remedy(path: Path, names: SpecNames) -> str:
    files = {file.name: str(file) for file in path.parent.glob("*.toml")}
    if path.parent == Path():
        files |= {name: name for name in names.bare()}
    near = nearest(path.name, files)
    return f"did you mean `{files[near]}`?" if near else "`ganforge list` shows the shipped specs"


def compile_located(
    source: Source,
    overrides: Sequence[str] = (),
    name: str = "<text>",
    folder: Path | None = None,
    drafts: Drafts | None = None,
    registry: Registry | None = None,
) -> Compilation:
    """The compilation of what a user names, with or without errors. Raises `SpecNotFound`.

    name: what reports call the source where it is text; folder: where its `extends` starts.
    drafts: texts that are read in place of files, by resolved path.
    """
    file = locate(source, registry)
    return compile_spec(file, overrides, registry, name, folder, drafts)


def compile_sound(source: Source, overrides: Sequence[str] = ()) -> Compilation:
    """The compilation of a spec without errors.

    Raises `SpecNotFound`, `SpecError`, and `CannotStart` where a shape is unknown.
    """
    compilation = compile_located(source, overrides)
    if not compilation.report.ok:
        raise SpecError(compilation.report)
    if compilation.plan is None:
        found = [d for d in compilation.report.diagnostics if d.code == "GF312"]
        told = f"{found[0].message}; {found[0].help}" if found else "a shape is unknown (GF312)"
        raise CannotStart(told)
    return compilation


def as_overrides(params: Mapping[str, Any]) -> Keywords:
    """Values by name as `--set` takes them; tables become dotted names."""
    import tomli_w

    lines: list[str] = []
    for name, value in params.items():
        if isinstance(value, Mapping):
            lines += as_overrides({f"{name}.{key}": inner for key, inner in value.items()})
        else:
            text = tomli_w.dumps({"v": value}).removeprefix("v = ")
            lines.append(f"{name}={text.strip()}")
    return Keywords(lines)
