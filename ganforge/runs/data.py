"""The data that a run is given: `KIND` or `KIND:PATH`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ganforge.errors import CannotStart
from ganforge.pipeline import Compilation
from ganforge.plugins.registry import Registry
from ganforge.spec.data import beside_several, too_many_images, unreadable


def checked_data(given: str | None, compilation: Compilation) -> str:
    """The data of a run, its path made absolute. Raises `CannotStart` where there is none."""
    place = checked_place(given or _own(compilation), compilation.registry)
    check_fields(place.partition(":")[0], compilation)
    return place


def checked_place(given: str, registry: Registry) -> str:
    """`KIND` or `KIND:PATH` with its path made absolute. Raises `CannotStart` as above."""
    kind, _, path = given.partition(":")
    known_kind(kind, registry)
    if not registry.sources[kind].takes_path:
        if path:
            raise CannotStart(f"`{kind}` has no path: say `--data {kind}` alone")
        return kind
    if not path:
        raise CannotStart(f"`{kind}` needs a path: say `--data {kind}:PATH`")
    place = Path(path).expanduser()
    if not place.exists():
        raise CannotStart(f"there is no file or folder {place}: check the path of `--data`")
    return f"{kind}:{place.resolve()}"


def known_kind(kind: str, registry: Registry) -> None:
    """Raises `CannotStart` where no data source has this name."""
    if kind not in registry.sources:
        missing = registry.missing("data source", kind)
        known = missing.help
        if Path(kind).expanduser().exists():
            known = f"say what is in it, such as `--data folder:{kind}`"
        raise CannotStart(f"{missing.message}: {known}")


def check_fields(kind: str, compilation: Compilation) -> None:
    """Raises `CannotStart` where a source does not yield what the fields ask for."""
    assert compilation.graph is not None and compilation.graph.spec.data is not None
    data, source = compilation.graph.spec.data, compilation.registry.sources[kind]
    for name, field in data.fields.items():
        if unread := unreadable(source, field):
            _refuse(f"field `{name}`", *unread[1:])
    if problem := too_many_images(source, data.images):
        _refuse("fields", *problem)
    if beside := beside_several(replace(data, source=source)):
        _refuse(f"field `{beside[0]}`", *beside[1:])


def _refuse(where: str, message: str, remedy: str) -> None:
    raise CannotStart(f"the data do not fit the {where}: {message}: {remedy}")


def _own(compilation: Compilation) -> str:
    assert compilation.graph is not None and compilation.graph.spec.data is not None
    return compilation.graph.spec.data.source.name
