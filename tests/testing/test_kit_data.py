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
from ganforge.testing.sources import SourceCases
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
