"""What every data source promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.declarations import DataSource
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.testing.alone import alone, nothing_missing
from ganforge.testing.declared import has_schema, is_a_sentence, loaded
from ganforge.testing.drawing import Values, drawn_values, read
from ganforge.testing.streams import seed_all, undisturbed
from ganforge.testing.unmet import Unmet, reason

Fields = Mapping[str, Mapping[str, Any]]
"""By name, what a field asks for, as a program's `FIELDS` has it: `kind`, and `channels` and `size`
(H, W) of an image, `classes` of a class, `from` where it names what it wants.
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
DRAW = "draw from a generator of its own, made of a seed and the number of the sample"


@dataclass(frozen=True)
class SourceCase:
    """A source opened for fields at a place."""

    source: DataSource
    place: str
    fields: Fields
    values: Values = field(default_factory=dict)

    def __str__(self) -> str:
        pairs = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        asked = "; ".join(f"`{name}`: {dict(about)}" for name, about in self.fields.items())
        return f"`{self.source.name}` with {pairs or 'defaults'} for {asked}"

    def call(self, path: object, fields: object) -> Call:
        """The call that opens it, as a program has it."""
        params = read(self.source.params, self.values)
        given = {name: getattr(params, name) for name in self.values}
        count = {"count": COUNT} if self.source.endless else {}
        return Call(self._function(), (path, fields), {**count, **given})

    def _function(self) -> str:
        kinds = [about["kind"] for about in self.fields.values()]
        named = any("from" in about for about in self.fields.values()) or kinds.count("image") > 1
        if named and self.source.open_named:
            return self.source.open_named
        by_class = "class" in kinds and self.source.open_classes
        return self.source.open_classes if by_class else self.source.open

    def open(self, place: str | None = None) -> Any:
        """The data. Raises what the source raises."""
        made = self.call(self.place if place is None else place, dict(self.fields))
        return loaded(made.target, self.source.name)(*made.args, **made.kwargs)


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
        """With classes where it has some, with each name that it knows, and with drawn options."""
        for count in CLASSES:
            case = SourceCase(self.source, place, {"x": COLOUR, "y": _class(count)})
            if _opens(case):
                yield case
                break
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


def _opened(case: SourceCase) -> Data:
    try:
        data = case.open()
    except Exception as error:
        remedy = "it is called with the path and a table of fields, and gives a `Data`; where it "
        remedy += f"has other ones, say which: {{{case.source.name!r}: [(path, {{'x': {{...}}}})]}}"
        raise Unmet(f"it cannot be opened: {reason(error)}", case, remedy) from error
    if not isinstance(data, Data):
        remedy = "return a `Data` of `ganforge.runtime.data`"
        raise Unmet(f"it gives a {type(data).__name__}", case, remedy)
    return data


def _read(data: Data, index: list[int], case: SourceCase) -> dict[str, torch.Tensor]:
    try:
        return data.read(index)
    except Exception as error:
        remedy = "`read` takes a list of numbers below `count`, in any order, and more than once"
        raise Unmet(f"`read({index})` fails: {reason(error)}", case, remedy) from error


def has_a_sound_declaration(cases: SourceCases) -> None:
    """Its summary is a sentence, and its functions can be imported."""
    source = cases.source
    is_a_sentence(source.summary, source.name)
    for target in (source.open, source.open_classes, source.open_named):
        if target:
            loaded(target, source.name)
    unknown = set(source.names) - {*source.kinds, *source.reads}
    if unknown:
        kinds = ", ".join(f"`{kind}`" for kind in (*source.kinds, *source.reads))
        remedy = f"its keys are the kinds of fields that it gives: {kinds}"
        raise Unmet(f"`names` has the key {sorted(unknown)[0]!r}", source.name, remedy)


def has_a_schema(cases: SourceCases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.source.params, cases.source.name)


def gives_what_the_fields_ask_for(cases: SourceCases) -> None:
    """Images as bytes (B, C, H, W) of the field's size, classes as int64 (B) below its number."""
    for case in cases.fixed():
        data = _opened(case)
        if isinstance(data.count, bool) or not isinstance(data.count, int) or data.count < 1:
            raise Unmet(f"its `count` is {data.count!r}", case, "give how many samples there are")
        if cases.source.endless and data.count != COUNT:
            remedy = f"make as many as `count` asks for: {COUNT} here"
            raise Unmet(f"it has {data.count} samples", case, remedy)
        index = [0, data.count - 1, 0]
        batch = _read(data, index, case)
        if batch.keys() != case.fields.keys():
            there = ", ".join(batch)
            raise Unmet(f"it gives {there}", case, "give one tensor for each field, by its name")
        for name, about in case.fields.items():
            _check_field(name, about, batch[name], case)


def _check_field(
    name: str, about: Mapping[str, Any], values: torch.Tensor, case: SourceCase
) -> None:
    image = about["kind"] == "image"
    shape = (3, about["channels"], *about["size"]) if image else (3,)
    kind = torch.uint8 if image else torch.int64
    if values.shape != shape or values.dtype != kind:
        given = f"{tuple(values.shape)} of {str(values.dtype).removeprefix('torch.')}"
        wanted = f"{shape} of {str(kind).removeprefix('torch.')}"
        remedy = f"give {wanted}: resize and recolour as the field asks, or raise `RunError`"
        raise Unmet(f"for 3 samples `{name}` is {given}", case, remedy)
    if not image and not 0 <= int(values.min()) <= int(values.max()) < about["classes"]:
        remedy = f"count classes from 0; raise `RunError` for more than {about['classes']}"
        raise Unmet(f"`{name}` has the class {int(values.max())}", case, remedy)
    if values.device.type != "cpu":
        raise Unmet(f"`{name}` lies on {values.device}", case, "leave it on the CPU")


def gives_a_sample_the_same_alone_and_among_others(cases: SourceCases) -> None:
    """A sample depends on its number, and not on what is read with it or before it."""
    for case in cases.fixed():
        data = _opened(case)
        index = [data.count - 1, 0, data.count // 2]
        together = _read(data, index, case)
        for row, number in enumerate(index):
            alone = _read(data, [number], case)
            for name in case.fields:
                if not torch.equal(alone[name][0], together[name][row]):
                    remedy = "let sample n follow from n alone; random changes belong to `[data]`"
                    raise Unmet(f"sample {number} of `{name}` is not always the same", case, remedy)


def is_the_same_each_time_it_is_opened(cases: SourceCases) -> None:
    """Another process, under other seeds, sees the same samples under the same numbers."""
    for case in cases.fixed():
        seed_all(1)
        one = _opened(case)
        index = list(range(min(one.count, 4)))
        first = _read(one, index, case)
        seed_all(2)
        other = _opened(case)
        again = _read(other, index, case)
        if one.count != other.count or any(not torch.equal(first[n], again[n]) for n in first):
            remedy = f"sort what a folder lists, and {DRAW}"
            raise Unmet("opened again it gives other samples", case, remedy)


def leaves_random_numbers_alone(cases: SourceCases) -> None:
    """Training draws from the shared random numbers: reading must not shift them."""
    for case in cases.fixed():
        with undisturbed(case, DRAW):
            data = _opened(case)
            _read(data, [0, data.count - 1], case)


def follows_its_seed(cases: SourceCases) -> None:
    """Where it has a parameter `seed`, another seed gives other samples."""
    if "seed" not in cases.source.params.model_fields:
        return
    plain = cases.fixed()[0]
    results = []
    for seed in (1, 2):
        case = SourceCase(plain.source, plain.place, plain.fields, {"seed": seed})
        data = _opened(case)
        results.append(_read(data, list(range(min(data.count, 8))), case))
    if all(torch.equal(results[0][name], results[1][name]) for name in plain.fields):
        raise Unmet("another seed gives the same samples", plain, "draw by `seed`")


def refuses_other_paths(cases: SourceCases) -> None:
    """A path without data is a `RunError` with a sentence: users see it as it is."""
    if not cases.source.takes_path:
        return
    case = cases.fixed()[0]
    with TemporaryDirectory() as folder:
        junk = Path(folder) / "junk.bin"
        empty = Path(folder) / "empty"
        empty.mkdir()
        junk.write_bytes(b"no data at all")
        for place in (empty, junk, Path(folder) / "missing"):
            try:
                case.open(str(place))
            except RunError as error:
                if len(str(error).split()) < 3:
                    remedy = "say what is wrong with the path, and what to do"
                    raise Unmet(f"it says {str(error)!r}", case, remedy) from None
            except Exception as error:
                remedy = "raise `RunError` of `ganforge.runtime.errors`, with a sentence"
                what = f"for a path that is {place.stem} it raises {reason(error)}"
                raise Unmet(what, case, remedy) from error
            else:
                raise Unmet(f"it opens a path that is {place.stem}", case, "raise `RunError`")


def runs_alone(cases: SourceCases) -> None:
    """Its emitted source, in an empty namespace, gives the same samples."""
    for case in cases.fixed():
        call = case.call(Ref("path"), Ref("fields"))
        source = alone(call, ["path", "fields"], case.source.requires, case)
        with nothing_missing(case):
            data = source(case.place, dict(case.fields))
            emitted = data.read([0, data.count - 1])
        own = _opened(case)
        for name, values in own.read([0, own.count - 1]).items():
            if not torch.equal(values, emitted[name]):
                remedy = "let it depend on its arguments alone, not on globals that change"
                raise Unmet(f"the emitted source gives another `{name}`", case, remedy)


CLAIMS: tuple[Callable[[SourceCases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    gives_what_the_fields_ask_for,
    gives_a_sample_the_same_alone_and_among_others,
    is_the_same_each_time_it_is_opened,
    leaves_random_numbers_alone,
    follows_its_seed,
    refuses_other_paths,
    runs_alone,
)
