"""`ganforge train-features`: what it makes, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import Result
from PIL import Image

from ganforge.metrics.extractor import load_extractor

Command = Callable[..., Result]
SMALL = ("--size", "16", "--count", "60", "--epochs", "1")


def test_the_classifier_learns_and_its_record_tells_from_what(made: Path) -> None:
    about = json.loads((made / "features" / "features.json").read_text())
    named = ("name", "data", "size", "channels", "classes", "held_out", "images", "epochs", "seed")
    assert [about[key] for key in named] == [
        *("classifier-shapes", "shapes", 16, 1, 10, 50, 450, 6, 0),
    ]
    assert 0.25 < about["accuracy"] <= 1
    assert about["versions"].keys() == {"ganforge", "torch", "python"}


def test_the_saved_extractor_gives_its_features_again(ganforge: Command) -> None:
    result = ganforge("train-features", "shapes", *SMALL)
    assert result.stdout.splitlines()[-1] == "in features/classifier-shapes"
    extractor = load_extractor(Path("features/classifier-shapes"), "cpu")
    images = torch.zeros(5, 1, 28, 28, dtype=torch.uint8)
    features, recognised = extractor.read(images)
    assert (features.shape, recognised.shape) == ((5, 128), (5,))
    assert torch.equal(features, extractor.read(images)[0])


def test_the_same_seed_makes_the_same_extractor(ganforge: Command) -> None:
    for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        ganforge("train-features", "shapes", *SMALL, "--out", out, "--seed", seed)
    a, b, c = (Path(out, "features.safetensors").read_bytes() for out in "abc")
    assert a == b != c


def test_folders_are_classes_and_name_the_extractor(ganforge: Command) -> None:
    for k in range(12):
        folder = Path("pictures", "light" if k % 2 else "dark")
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), (200 * (k % 2), 10, 10)).save(folder / f"{k}.png")
    arguments = ("train-features", "folder:pictures", "--size", "8", "--epochs", "1")
    refused = ganforge(*arguments)
    assert refused.exit_code == 2
    assert "declare 2. (`--classes` says how many" in refused.stderr
    assert not Path("features").exists()
    assert ganforge(*arguments, "--classes", "2").stdout.startswith("classifier-pictures: ")


def test_an_extractor_is_replaced_only_on_demand_and_other_files_never(ganforge: Command) -> None:
    arguments = ("train-features", "shapes", *SMALL, "--out", "a")
    ganforge(*arguments)
    before = Path("a/features.json").read_text()
    refused = ganforge(*arguments, "--seed", "1")
    assert refused.exit_code == 2
    assert "a exists: `--overwrite` replaces it" in refused.stderr
    assert Path("a/features.json").read_text() == before
    assert ganforge(*arguments, "--seed", "1", "--overwrite").exit_code == 0
    assert json.loads(Path("a/features.json").read_text())["seed"] == 1
    Path("other").mkdir()
    refused = ganforge(*arguments[:-1], "other", "--overwrite")
    assert refused.exit_code == 2
    assert "other exists and is no extractor" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shape",), "no data source `shape`: did you mean the data source `shapes`?"),
        (("idx",), "`idx` needs a path"),
        (("idx:nowhere",), "there is no file or folder nowhere"),
        (("shapes", "--name", "a/b"), "`a/b` is no name for results"),
        (("shapes", "--device", "tpu"), "`tpu` is no device"),
        (("shapes", "--attributes", "red", "--classes", "3"), "leave `--classes` or them out"),
    ],
)
def test_what_cannot_begin_exits_with_2_and_the_remedy(
    ganforge: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = ganforge("train-features", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr
    assert not Path("features").exists()


def test_a_damaged_extractor_is_one_message(ganforge: Command) -> None:
    ganforge("train-features", "shapes", *SMALL, "--out", "a")
    Path("a/features.safetensors").write_bytes(b"nothing")
    result = ganforge("eval", "nowhere", "--features", "a")
    assert "nowhere is no run" in result.stderr
    from ganforge.errors import CannotStart

    with pytest.raises(CannotStart, match=r"a is damaged .*: train the extractor anew"):
        load_extractor(Path("a"), "cpu")
