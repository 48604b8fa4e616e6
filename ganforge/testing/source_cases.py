"""Data sources opened for fields at a place, for the promises of `ganforge.testing.sources`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ganforge.plugins.calls import Call
from ganforge.plugins.declarations import DataSource
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.joined import joined
from ganforge.testing.declared import loaded
from ganforge.testing.drawing import Values, drawn_values, read, with_values
from ganforge.testing.unmet import Unmet

Fields = Mapping[str, Mapping[str, Any]]
"""By name, what a field asks for, as a program's `FIELDS` has it: `kind`, and `channels` and `size`
(H, W) of an image, `classes` of a class, `size` of attributes or a vector, `from` where it names
what it wants.
"""
Place = str | Path | Callable[[Path], str | Path]
"""Where data lie; or a function that writes some into an empty folder, and says where."""
SourceSample = Place | tuple[Place, Fields]

COUNT = 12
"""So many samples are asked of a source that makes them."""
COLOUR = {"kind": "image", "channels": 3, "size": (8, 8)}
GREY = {"kind": "image", "channels": 1, "size": (6, 9)}
CLASSES = (2, 3, 4, 5, 10, 100, 1000)
"""Numbers of classes that are tried."""
SIZES = (*range(1, 17), 40, 64, 100, 128, 256, 300, 384, 512, 768, 1024)
"""Numbers of attributes, and lengths of vectors, that are tried."""


@dataclass(frozen=True)
class SourceCase:
    """A source opened for fields at a place."""

    source: DataSource
    place: str
    fields: Fields
    values: Values = field(default_factory=dict)

    def __str__(self) -> str:
        asked = "; ".join(f"`{name}`: {dict(about)}" for name, about in self.fields.items())
        return f"{with_values(self.source.name, self.values)} for {asked}"

    def calls(self, path: object, fields: object) -> list[Call]:
        """The calls that open it, as a program has them: that of the samples, then those that read
        further fields.
        """
        params = read(self.source.params, self.values)
        given = {name: getattr(params, name) for name in self.values}
        count = {"count": COUNT} if self.source.endless else {}
        functions = [self._function(), *dict.fromkeys(map(self.reader, self.read_apart()))]
        return [Call(function, (path, fields), {**count, **given}) for function in functions]

    def read_apart(self) -> list[str]:
        """The names of the fields that functions of their own read."""
        return [name for name, about in self.fields.items() if about["kind"] in self.source.reads]

    def reader(self, name: str) -> str:
        """The function that reads such a field."""
        return self.source.reads[self.fields[name]["kind"]]

    def _function(self) -> str:
        own = [about for name, about in self.fields.items() if name not in self.read_apart()]
        kinds = [about["kind"] for about in own]
        named = any("from" in about for about in own) or kinds.count("image") > 1
        if named and self.source.open_named:
            return self.source.open_named
        by_class = "class" in kinds and self.source.open_classes
        return self.source.open_classes if by_class else self.source.open

    def parts(self, place: str | None = None) -> list[Any]:
        """What each of the calls gives. Raises what the source raises."""
        made = self.calls(self.place if place is None else place, dict(self.fields))
        return [loaded(call.target, self.source.name)(*call.args, **call.kwargs) for call in made]

    def open(self, place: str | None = None) -> Any:
        """The data, with what is read apart. Raises what the source raises."""
        opened, *more = self.parts(place)
        for values in more if isinstance(opened, Data) else ():
            opened = joined(opened, values)
        return opened


@dataclass
class SourceCases:
    """The cases of one source, found when they are first asked for."""

    source: DataSource
    samples: Sequence[SourceSample] = ()
    _found: list[SourceCase] = field(default_factory=list)
    _folders: list[TemporaryDirectory[str]] = field(default_factory=list)

    def fixed(self) -> list[SourceCase]:
        """The author's fields, else plain ones. Raises `Unmet` where none can be opened."""
        if not self._found:
            for place, fields in self._places():
                asked = [fields] if fields else self._taken(place)
                self._found += [SourceCase(self.source, place, each) for each in asked]
                self._found += [] if fields else list(self._more(place))
        return self._found

    def _taken(self, place: str) -> list[Fields]:
        """Plain images, but for those that it refuses in a sentence; all where it takes none."""
        plain: list[Fields] = [{"x": COLOUR}, {"x": GREY}]
        return [f for f in plain if not _refused(SourceCase(self.source, place, f))] or plain

    def _places(self) -> Iterator[tuple[str, Fields | None]]:
        if not self.samples and self.source.takes_path:
            remedy = (
                f"say where a few samples lie: conformance(..., samples={{{self.source.name!r}: "
                "['tests/few']}), or a function that writes them into a folder and returns the path"
            )
            raise Unmet("it reads what nobody has here", self.source.name, remedy)
        for sample in self.samples or ("",):
            place, fields = sample if isinstance(sample, tuple) else (sample, None)
            if callable(place):
                self._folders.append(TemporaryDirectory())
                place = place(Path(self._folders[-1].name))
            yield str(place), fields

    def _more(self, place: str) -> Iterator[SourceCase]:
        """With classes where it has some, with what it reads apart, with each name that it knows,
        and with drawn options.
        """
        for count in CLASSES:
            case = SourceCase(self.source, place, {"x": COLOUR, "y": _class(count)})
            if _opens(case):
                yield case
                break
        for kind in self.source.reads:
            for name in self.source.names.get(kind, ("",)):
                yield from self._apart(place, kind, {"from": name} if name else {})
        named = {
            f"{kind}{k}": {**(COLOUR if kind == "image" else _class(10)), "from": name}
            for kind, names in self.source.names.items()
            if kind in self.source.kinds
            for k, name in enumerate(names)
        }
        if named:
            yield SourceCase(self.source, place, named)
        for values in drawn_values(self.source.params, self.source.name):
            if values:
                yield SourceCase(self.source, place, {"x": COLOUR}, values)

    def _apart(self, place: str, kind: str, more: Mapping[str, Any]) -> Iterator[SourceCase]:
        """An image beside a field that is read apart, in the first size that it does not refuse."""
        known = self.source.attributes if kind == "attributes" else ()
        for size in (len(known),) if known else SIZES:
            about = {"kind": kind, "size": size, **({"names": known} if known else {}), **more}
            case = SourceCase(self.source, place, {"x": COLOUR, "about": about})
            if not _refused(case):
                yield case
                return


def _class(count: int) -> dict[str, Any]:
    return {"kind": "class", "classes": count}


def _opens(case: SourceCase) -> bool:
    try:
        case.open().read([0])
    except Exception:  # it may have no classes, or others
        return False
    return True


def _refused(case: SourceCase) -> bool:
    try:
        case.open()
    except RunError:
        return True
    except Exception:  # is told where it is opened
        return False
    return False
