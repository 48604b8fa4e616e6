"""The specs below a folder, without what `.gitignore` or the settings leave out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.document.load import MAX_BYTES

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_IS_SPEC = re.compile(r"^\s*ganforge\s*=", re.MULTILINE)


@dataclass(frozen=True)
class Patterns:
    """Patterns of Git's form, which hold below their folder."""

    folder: Path
    spec: GitIgnoreSpec

    def matches(self, path: Path, *, is_folder: bool = False) -> bool | None:
        """Whether they name an absolute path: True, False by a `!`, or None for not at all."""
        try:
            relative = path.relative_to(self.folder).as_posix()
        except ValueError:
            return None
        return self.spec.check_file(f"{relative}/" if is_folder else relative).include


def patterns(folder: Path, lines: Iterable[str]) -> Patterns:
    """Lines as those of a `.gitignore` in `folder`. Raises `ValueError` for one that is none."""
    from pathspec import GitIgnoreSpec  # folders without a `.gitignore` do not need it

    return Patterns(Path(os.path.abspath(folder)), GitIgnoreSpec.from_lines(lines))


def specs_below(folder: Path, exclude: Patterns | None = None) -> list[Path]:
    """The TOML files below a folder that have the key `ganforge`, ordered by path.

    What is hidden, what a `.gitignore` names in the folder, below or above it in its repository,
    and what `exclude` names is left out. An ignored folder that is named itself is walked.
    """
    top = Path(os.path.abspath(folder))
    above = _above(top)
    found: list[Path] = []
    stack = [(folder, [] if _left_out(top, True, above, None) else above)]
    while stack:
        here, layers = stack.pop()
        layers = [*layers, *_own(Path(os.path.abspath(here)))]
        for entry in os.scandir(here):
            path, is_folder = here / entry.name, entry.is_dir(follow_symlinks=False)
            if entry.name.startswith(".") or _left_out(path, is_folder, layers, exclude):
                continue
            if is_folder:
                stack.append((path, layers))
            elif path.suffix == ".toml" and _is_spec(path):
                found.append(path)
    return sorted(found)


def _left_out(
    path: Path, is_folder: bool, layers: Sequence[Patterns], exclude: Patterns | None
) -> bool:
    if not layers and exclude is None:
        return False
    absolute = Path(os.path.abspath(path))
    if exclude is not None and exclude.matches(absolute, is_folder=is_folder):
        return True
    said = (layer.matches(absolute, is_folder=is_folder) for layer in reversed(layers))
    return next((answer for answer in said if answer is not None), False)


def _above(top: Path) -> list[Patterns]:
    """The patterns of the folders above, from the root of the repository on."""
    parents = list(top.parents)
    root = next((n for n, p in enumerate([top, *parents]) if (p / ".git").exists()), 0)
    return [layer for parent in reversed(parents[:root]) for layer in _own(parent)]


def _own(folder: Path) -> Iterator[Patterns]:
    """The patterns of a folder's own `.gitignore`; lines that mean nothing say nothing."""
    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    try:
        yield patterns(folder, lines)
    except ValueError:
        yield patterns(folder, [line for line in lines if _is_pattern(folder, line)])


def _is_pattern(folder: Path, line: str) -> bool:
    try:
        patterns(folder, [line])
    except ValueError:
        return False
    return True


def _is_spec(file: Path) -> bool:
    """Whether the file says that it is one; one that cannot be read is reported as a spec."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_BYTES).decode("utf-8-sig", "replace")
        return bool(_IS_SPEC.search(text))
    except OSError:
        return True
