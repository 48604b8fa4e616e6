"""What every data source promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from ganforge.plugins.calls import Ref
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.joined import joined
from ganforge.testing.alone import alone, nothing_missing
from ganforge.testing.declared import has_schema, is_a_sentence, loaded
from ganforge.testing.source_cases import COUNT, SourceCase, SourceCases
from ganforge.testing.streams import seed_all, undisturbed
from ganforge.testing.unmet import Unmet, reason

DRAW = "draw from a generator of its own, made of a seed and the number of the sample"
APART = ("attributes", "vector")
"""The kinds of fields that functions of their own may read."""


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
    for target in (source.open, source.open_classes, source.open_named, *source.reads.values()):
        if target:
            loaded(target, source.name)
    unknown = set(source.names) - {*source.kinds, *source.reads}
    if unknown:
        kinds = ", ".join(f"`{kind}`" for kind in (*source.kinds, *source.reads))
        remedy = f"its keys are the kinds of fields that it gives: {kinds}"
        raise Unmet(f"`names` has the key {sorted(unknown)[0]!r}", source.name, remedy)
    if not set(source.lengths) <= {*source.names.get("vector", ())}:
        remedy = "its keys are those that `names` has for `vector`"
        raise Unmet(f"`lengths` has the key {sorted(source.lengths)[0]!r}", source.name, remedy)
    for kind in source.reads:
        if kind not in APART or kind in source.kinds:
            remedy = "its keys are of `attributes` and `vector`, those that `kinds` does not have"
            raise Unmet(f"`reads` has the key {kind!r}", source.name, remedy)


def has_a_schema(cases: SourceCases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.source.params, cases.source.name)


def gives_what_the_fields_ask_for(cases: SourceCases) -> None:
    """Images as bytes (B, C, H, W) of the field's size, classes as int64 (B) below its number,
    attributes as float32 (B, K), each 1 or 0, vectors as float32 (B, N).
    """
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
    kind = about["kind"]
    shape, dtype = _form(about)
    one = values[:, 0] if kind in case.source.several and values.ndim == 3 else values
    if one.shape != shape or one.dtype != dtype:
        given = f"{tuple(values.shape)} of {str(values.dtype).removeprefix('torch.')}"
        wanted = f"{shape} of {str(dtype).removeprefix('torch.')}"
        how = ": resize and recolour as the field asks" if kind == "image" else ""
        remedy = f"give {wanted}{how}, or raise `RunError`"
        raise Unmet(f"for 3 samples `{name}` is {given}", case, remedy)
    if kind == "class" and not 0 <= int(values.min()) <= int(values.max()) < about["classes"]:
        remedy = f"count classes from 0; raise `RunError` for more than {about['classes']}"
        raise Unmet(f"`{name}` has the class {int(values.max())}", case, remedy)
    if kind == "attributes" and not ((values == 0) | (values == 1)).all():
        other = values[(values != 0) & (values != 1)][0].item()
        raise Unmet(f"`{name}` has the attribute {other:g}", case, "write 1 for yes and 0 for no")
    if kind == "vector" and not values.isfinite().all():
        raise Unmet(f"`{name}` has numbers that are not finite", case, "raise `RunError` for them")
    if values.device.type != "cpu":
        raise Unmet(f"`{name}` lies on {values.device}", case, "leave it on the CPU")


def _form(about: Mapping[str, Any]) -> tuple[tuple[int, ...], torch.dtype]:
    """Shape and type of a field of three samples."""
    match about["kind"]:
        case "image":
            return (3, about["channels"], *about["size"]), torch.uint8
        case "class":
            return (3,), torch.int64
        case _:
            return (3, about["size"]), torch.float32


def reads_what_it_declares(cases: SourceCases) -> None:
    """For each kind of `reads` a table from those fields to tensors, a row for each sample."""
    source = cases.source
    for kind in source.reads:
        tried = [case for case in cases.fixed() if kind in _kinds(case)]
        if not tried:
            fields = f"{{'x': {{...}}, 'about': {{'kind': {kind!r}, 'size': 4}}}}"
            remedy = f"say where such samples lie: {{{source.name!r}: [(path, {fields})]}}"
            raise Unmet(f"no field of the kind {kind!r} could be read", source.name, remedy)
        for case in tried:
            _check_rows(case)


def _kinds(case: SourceCase) -> set[str]:
    return {about["kind"] for about in case.fields.values()}


def _check_rows(case: SourceCase) -> None:
    try:
        opened, *tables = case.parts()
    except Exception as error:
        remedy = "it is called with the path and a table of all fields, and gives those of its kind"
        raise Unmet(f"it cannot be read: {reason(error)}", case, remedy) from error
    found: dict[str, Any] = {}
    for table in tables:
        if not isinstance(table, Mapping):
            remedy = "return a table from the names of fields to their tensors"
            raise Unmet(f"a function of `reads` gives a {type(table).__name__}", case, remedy)
        found |= table
    if found.keys() != set(case.read_apart()):
        there = ", ".join(f"`{name}`" for name in found) or "nothing"
        remedy = "give each field of the kinds that it is declared for, by its name, and no other"
        raise Unmet(f"the functions of `reads` give {there}", case, remedy)
    for name, values in found.items():
        if not isinstance(values, torch.Tensor) or len(values) != opened.count:
            rows = len(values) if hasattr(values, "__len__") else "no"
            remedy = f"give a tensor with a row for each of the {opened.count} samples, in order"
            raise Unmet(f"`{name}` has {rows} rows", case, remedy)


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
        calls = case.calls(Ref("path"), Ref("fields"))
        taken = [alone(call, ["path", "fields"], case.source.requires, case) for call in calls]
        with nothing_missing(case):
            data, *more = [source(case.place, dict(case.fields)) for source in taken]
            for values in more:
                data = joined(data, values)
            emitted = data.read([0, data.count - 1])
        own = _opened(case)
        for name, values in own.read([0, own.count - 1]).items():
            if not torch.equal(values, emitted[name]):
                remedy = "let it depend on its arguments alone, not on globals that change"
                raise Unmet(f"the emitted source gives another `{name}`", case, remedy)


CLAIMS: tuple[Callable[[SourceCases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    reads_what_it_declares,
    gives_what_the_fields_ask_for,
    gives_a_sample_the_same_alone_and_among_others,
    is_the_same_each_time_it_is_opened,
    leaves_random_numbers_alone,
    follows_its_seed,
    refuses_other_paths,
    runs_alone,
)
