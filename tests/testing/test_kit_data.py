"""What the kit says of data sources and metrics that are not as they should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ganforge.metrics.figures import Compared
from ganforge.plugins import Call, DataSource, Metric, Params
from ganforge.plugins.params import Int
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.testing import metrics, sources
from ganforge.testing.metrics import MetricCases
from ganforge.testing.source_cases import SourceCases
from ganforge.testing.unmet import Unmet

HERE = __name__
Fields = dict[str, Any]


class Seeded(Params):
    seed: Int = 0


def drawn(number: int, seed: int, about: Fields) -> Tensor:
    """A sample that follows from its number and a seed."""
    stream = torch.Generator().manual_seed(1000 * seed + number)
    if about["kind"] == "class":
        return torch.randint(about["classes"], (), generator=stream)
    shape = (about["channels"], *about["size"])
    return torch.randint(256, shape, generator=stream, dtype=torch.uint8)


def open_noise(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
    def read(index: list[int]) -> dict[str, Tensor]:
        return {
            name: torch.stack([drawn(number, seed, about) for number in index])
            for name, about in fields.items()
        }

    return Data(count, read)


def changed(change: Callable[[dict[str, Tensor]], Any]) -> Callable[..., Data]:
    def opened(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
        data = open_noise(path, fields, count, seed)
        return Data(data.count, lambda index: change(data.read(index)))

    return opened


open_floats = changed(lambda batch: {name: value / 255 for name, value in batch.items()})
open_more = changed(lambda batch: {**batch, "more": batch["x"]})
open_padded = changed(lambda batch: {**batch, "x": batch["x"].repeat(1, 1, 2, 1)})
open_shuffled = changed(lambda batch: {name: value.flip(0) for name, value in batch.items()})
open_noisy = changed(
    lambda batch: {**batch, "x": batch["x"] ^ torch.randint_like(batch["x"], 0, 2)}
)


def open_unseeded(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
    return open_noise(path, fields, count)


def open_anew(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
    return open_noise(path, fields, count, int(torch.randint(1 << 20, ())))


def open_fixed(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
    return open_noise(path, fields, 7, seed)


def open_list(path: str, fields: Fields, count: int = 10, seed: int = 0) -> list[int]:
    return list(range(count))


def open_file(path: str, fields: Fields) -> Data:
    """Noise of as many samples as a file has lines."""
    if not Path(path).is_file() or not Path(path).read_bytes().startswith(b"noise\n"):
        raise RunError(f"{path} is no file of noise: write `noise` on its first line.")
    return open_noise(path, fields, len(Path(path).read_text().splitlines()))


def open_careless(path: str, fields: Fields) -> Data:
    return open_noise(path, fields, len(Path(path).read_text().splitlines()))


def write_noise(folder: Path) -> Path:
    (folder / "noise.txt").write_text("noise\n" * 5)
    return folder / "noise.txt"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This file is a module of a plugin; its source is not taken over here."""
    monkeypatch.setattr("ganforge.testing.sources.alone", _function)


def _function(call: Call, *rest: object) -> Any:
    function = globals()[call.target.partition(":")[2]]
    return lambda path, fields: function(path, fields, **call.kwargs)


def open_images(path: str, fields: Fields, count: int = 10, seed: int = 0) -> Data:
    """Noise for the fields that are images or classes."""
    own = {n: about for n, about in fields.items() if about["kind"] in ("image", "class")}
    return open_noise(path, own, count, seed)


def read_about(path: str, fields: Fields, count: int = 10, seed: int = 0) -> dict[str, Tensor]:
    """Vectors, and three attributes, that follow from the number of a sample."""
    found = {}
    for name, about in fields.items():
        if about["kind"] == "attributes" and about["size"] != 3:
            raise RunError(f"{name} has {about['size']} attributes: declare 3.")
        if about["kind"] in ("attributes", "vector"):
            numbers = torch.arange(count)[:, None] + torch.arange(about["size"]) + seed
            found[name] = (numbers % 2).float()
    return found


def rewritten(change: Callable[[Tensor], Any]) -> Callable[..., dict[str, Any]]:
    def read(path: str, fields: Fields, count: int = 10, seed: int = 0) -> dict[str, Any]:
        return {n: change(v) for n, v in read_about(path, fields, count, seed).items()}

    return read


read_short = rewritten(lambda values: values[1:])
read_lists = rewritten(lambda values: values.tolist())
read_signs = rewritten(lambda values: 2 * values - 1)
read_bytes = rewritten(lambda values: values.byte())
read_wide = rewritten(lambda values: values.repeat(1, 2))
read_endless = rewritten(lambda values: values / 0)
read_anew = rewritten(torch.rand_like)
read_several = rewritten(lambda values: values[:, None].repeat(1, 2, 1))


def read_all(path: str, fields: Fields, count: int = 10, seed: int = 0) -> dict[str, Tensor]:
    return {name: torch.zeros(count, 3) for name in fields}


def read_refusing(path: str, fields: Fields, count: int = 10, seed: int = 0) -> dict[str, Tensor]:
    raise RunError(f"{path} has no such fields: take others.")


def read_careless(path: str, fields: Fields, count: int = 10, seed: int = 0) -> dict[str, Tensor]:
    return {"about": torch.zeros(count, fields["y"]["classes"])}


def apart(name: str, kind: str = "attributes", **other: Any) -> DataSource:
    """A sound source of images, with fields of a further kind that a function of its own reads."""
    return source("open_images", reads={kind: f"{HERE}:{name}"}, **other)


def source(name: str = "open_noise", **other: Any) -> DataSource:
    """A source that makes what is asked for, and is right but for what is changed."""
    sound = DataSource("noise", "Noise.", Seeded, f"{HERE}:{name}", takes_path=False, endless=True)
    return replace(sound, **other)


def of_file(name: str) -> DataSource:
    return DataSource("noise", "Noise of a file.", Params, f"{HERE}:{name}")


def broken(claims: Any, cases: Any, promise: str = "") -> list[str]:
    """The promises that are not kept, each with what is said; or one of them."""
    said = []
    for claim in claims:
        if not claim.__name__.startswith(promise):
            continue
        try:
            claim(cases)
        except Unmet as unmet:
            said.append(f"{claim.__name__}: {unmet}")
    return said


def test_sound_sources_keep_every_promise() -> None:
    assert broken(sources.CLAIMS, SourceCases(source())) == []
    assert broken(sources.CLAIMS, SourceCases(of_file("open_file"), [write_noise])) == []


@pytest.mark.parametrize(
    "declared",
    [
        apart("read_about"),
        apart("read_about", "vector"),
        apart("read_about", "vector", names={"vector": ("one", "other")}),
        apart("read_about", attributes=("a", "b", "c")),
        apart("read_several", "vector", several=("vector",)),
    ],
)
def test_sources_with_attributes_and_vectors_keep_every_promise(declared: DataSource) -> None:
    cases = SourceCases(declared)
    assert broken(sources.CLAIMS, cases) == []
    assert any(case.read_apart() for case in cases.fixed())


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (apart("read_none"), "has_a_sound", "does not load"),
        (apart("read_about", "text"), "has_a_sound", "`reads` has the key 'text'"),
        (apart("read_about", "class"), "has_a_sound", "`reads` has the key 'class'"),
        (apart("read_refusing"), "reads_what", "{'noise': [(path, {'x': {...}, 'about': {'kind'"),
        (apart("read_careless"), "reads_what", "it cannot be read: KeyError: 'y'"),
        (apart("open_images"), "reads_what", "a function of `reads` gives a Data"),
        (apart("read_all"), "reads_what", "give `x`, `about`"),
        (apart("read_short"), "reads_what", "a row for each of the 12 samples"),
        (apart("read_lists"), "reads_what", "give a tensor with a row for each"),
        (apart("read_signs"), "gives_what", "`about` has the attribute -1"),
        (apart("read_bytes"), "gives_what", "give (3, 3) of float32, or raise `RunError`"),
        (apart("read_wide", "vector"), "gives_what", "for 3 samples `about` is (3, 2) of float32"),
        (apart("read_several", "vector"), "gives_what", "is (3, 2, 1) of float32"),
        (apart("read_endless", "vector"), "gives_what", "numbers that are not finite"),
        (apart("read_anew", "vector"), "is_the_same", "opened again it gives other samples"),
        (apart("read_anew", "vector"), "leaves_random", "random numbers of torch that all share"),
    ],
)
def test_each_mistake_of_what_is_read_apart_is_found_and_told(
    declared: DataSource, promise: str, said: str
) -> None:
    (found,) = broken(sources.CLAIMS, SourceCases(declared), promise)
    assert said in found and "what to do: " in found


def test_a_source_of_files_asks_where_some_lie() -> None:
    with pytest.raises(Unmet, match="say where a few samples lie"):
        SourceCases(of_file("open_file")).fixed()


def test_a_sample_of_the_authors_own_fields_is_taken(tmp_path: Path) -> None:
    fields = {"y": {"kind": "class", "classes": 3}}
    (case,) = SourceCases(of_file("open_file"), [(write_noise(tmp_path), fields)]).fixed()
    assert case.open().read([1, 2])["y"].shape == (2,)


def open_colour(path: str, fields: Fields) -> Data:
    if any(about.get("channels") == 1 for about in fields.values()):
        raise RunError(f"{path} has colour images: declare 3 channels.")
    return open_file(path, fields)


def open_nothing(path: str, fields: Fields) -> Data:
    raise RunError(f"{path} has no images of this kind: take others.")


def test_a_source_may_refuse_images_that_it_has_not() -> None:
    assert broken(sources.CLAIMS, SourceCases(of_file("open_colour"), [write_noise])) == []


def test_a_source_that_refuses_all_images_asks_for_fields_that_it_has() -> None:
    cases = SourceCases(of_file("open_nothing"), [write_noise])
    (found,) = broken(sources.CLAIMS, cases, "gives_what")
    assert "it cannot be opened: RunError: " in found
    assert "where it has other ones, say which: {'noise': [(path, {'x': {...}})]}" in found


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (source(summary="noise"), "has_a_sound", "end it with a full stop"),
        (source("open_none"), "has_a_sound", "does not load"),
        (source(names={"picture": ("a",)}), "has_a_sound", "`names` has the key 'picture'"),
        (source(lengths={"tall": 5}), "has_a_sound", "`lengths` has the key 'tall'"),
        (source("open_list"), "gives_what", "return a `Data` of `ganforge.runtime.data`"),
        (source("open_fixed"), "gives_what", "make as many as `count` asks for: 12 here"),
        (source("open_more"), "gives_what", "give one tensor for each field"),
        (source("open_floats"), "gives_what", "of float32"),
        (source("open_padded"), "gives_what", "give (3, 3, 8, 8) of uint8"),
        (source("open_shuffled"), "gives_a_sample", "let sample n follow from n alone"),
        (source("open_anew"), "is_the_same", "opened again it gives other samples"),
        (source("open_noisy"), "leaves_random", "random numbers of torch that all share"),
        (source("open_unseeded"), "follows_its_seed", "another seed gives the same samples"),
    ],
)
def test_each_mistake_of_a_source_is_found_and_told(
    declared: DataSource, promise: str, said: str
) -> None:
    (found,) = broken(sources.CLAIMS, SourceCases(declared), promise)
    assert said in found and "what to do: " in found


def test_a_wrong_path_must_be_told_in_a_sentence() -> None:
    cases = SourceCases(of_file("open_careless"), [write_noise])
    (found,) = broken(sources.CLAIMS, cases, "refuses")
    assert "for a path that is empty it raises IsADirectoryError" in found
    assert "raise `RunError`" in found


def spread(compared: Compared) -> float:
    return (compared.fake.std(0).mean() / compared.real.std(0).mean()).item()


def contrast(compared: Compared) -> dict[str, float]:
    real, fake = compared.real_images.double(), compared.fake_images.double()
    return {"value": (fake.std() / real.std()).item(), "real_contrast": real.std().item()}


def agreement(compared: Compared) -> float:
    assert compared.asked is not None
    return (compared.asked == compared.recognised).double().mean().item()


def unstable(compared: Compared) -> float:
    return spread(compared) + torch.rand(()).item()


def greedy(compared: Compared) -> float:
    compared.fake.clamp_(min=0)
    return spread(compared)


def paired(compared: Compared) -> float:
    return (compared.real - compared.fake).square().mean().item()


def per_feature(compared: Compared) -> Tensor:
    return compared.fake.std(0)


def neighbours(compared: Compared) -> float:
    return torch.cdist(compared.fake, compared.real).kthvalue(9, 1).values.mean().item()


def metric(name: str = "spread", **other: Any) -> Metric:
    return replace(Metric("own", "A figure.", f"{HERE}:{name}"), **other)


@pytest.mark.parametrize(
    "declared",
    [
        metric(best=1),
        metric("contrast", sees=("images",), best=1),
        metric("agreement", classes=True, best=1),
    ],
    ids=["features", "images", "classes"],
)
def test_sound_metrics_keep_every_promise(declared: Metric) -> None:
    assert broken(metrics.CLAIMS, MetricCases(declared)) == []


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (metric("absent"), "has_a_sound", "does not load"),
        (metric(sees=()), "has_a_sound", '`sees=("features",)`'),
        (metric(sees=("pixels",)), "has_a_sound", "it sees ('pixels',)"),
        (metric("per_feature"), "gives_a_figure", "and no number"),
        (metric("paired"), "gives_a_figure", "96 real images and 48 samples"),
        (metric("neighbours", least=4), "gives_a_figure", "4 real images and 4 samples"),
        (metric("agreement"), "gives_a_figure", "AssertionError"),
        (metric("contrast"), "gives_a_figure", "it gives nan"),
        (metric("unstable"), "is_the_same", "another figure each time"),
        (metric("unstable"), "leaves_random", "random numbers of torch"),
        (metric("greedy"), "leaves_what", "it changes `compared.fake`"),
        (metric(best=0), "tells_worse", "for worse and worse samples it gives"),
    ],
)
def test_each_mistake_of_a_metric_is_found_and_told(
    declared: Metric, promise: str, said: str
) -> None:
    (found,) = broken(metrics.CLAIMS, MetricCases(declared), promise)
    assert said in found and "what to do: " in found
