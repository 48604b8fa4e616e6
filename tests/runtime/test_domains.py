"""Several images: pairs by name, and domains that are visited each in its own order."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from ganforge.errors import CannotStart
from ganforge.pipeline import compile_spec
from ganforge.runs.data import checked_data
from ganforge.runtime.data import Data, next_batch
from ganforge.runtime.domains import Domains
from ganforge.runtime.errors import RunError
from ganforge.runtime.state import State, random_stream
from ganforge_blocks.sources.subfolders import open_subfolders

ProgramOf = Callable[..., Any]
IMAGE: dict[str, Any] = {"kind": "image", "channels": 1, "size": (4, 4)}
TWO = Path(__file__).with_name("two-images.toml").read_text()


def write_images(root: Path, **folders: dict[str, int]) -> Path:
    """Grey images by folder and name, each of one brightness."""
    for folder, images in folders.items():
        for name, value in images.items():
            path = root / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (6, 6), value).save(path)
    return root


def brightness(data: Data, count: int | None = None) -> dict[str, list[int]]:
    batch = data.read(list(range(count or data.count)))
    return {name: v[:, 0, 0, 0].tolist() for name, v in batch.items() if v.ndim == 4}


def test_images_of_one_name_are_a_pair_whatever_their_suffix(tmp_path: Path) -> None:
    write_images(tmp_path, photo={"2.png": 20, "1.png": 10}, sketch={"1.bmp": 11, "2.png": 21})
    data = open_subfolders(str(tmp_path), {"a": IMAGE, "b": IMAGE})
    assert brightness(data) == {"a": [10, 20], "b": [11, 21]}


def test_from_names_subfolders_also_nested_ones_and_in_zip_files(tmp_path: Path) -> None:
    root = write_images(tmp_path / "d", **{"train/a/x": {"1.png": 1}, "train/b/x": {"1.png": 2}})
    write_images(root, **{"test/a/x": {"1.png": 3}, "train/a/y": {"1.png": 4}})
    write_images(root, **{"train/b/y": {"1.png": 5}})
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for path in sorted(root.rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path))
    fields = {"a": IMAGE | {"from": "train/a"}, "b": IMAGE | {"from": "train/b/"}}
    label = {"y": {"kind": "class", "classes": 2}}
    for place in (root, tmp_path / "d.zip"):
        data = open_subfolders(str(place), fields | label)
        assert brightness(data) == {"a": [1, 4], "b": [2, 5]}
        assert data.read([0, 1])["y"].tolist() == [0, 1]


def test_an_image_without_counterpart_is_named(tmp_path: Path) -> None:
    write_images(tmp_path, a={"1.png": 1}, b={"1.png": 1, "2.png": 2, "3.png": 2})
    with pytest.raises(RunError, match=r"b/2.png \(and 1 more\) in .* no counterpart .* 'a'"):
        open_subfolders(str(tmp_path), {"a": IMAGE, "b": IMAGE})


def test_two_images_of_one_name_in_a_folder_are_refused(tmp_path: Path) -> None:
    write_images(tmp_path, a={"1.png": 1, "1.bmp": 1}, b={"1.png": 1})
    with pytest.raises(RunError, match=r"a/1.bmp and a/1.png have one name"):
        open_subfolders(str(tmp_path), {"a": IMAGE, "b": IMAGE})


def test_an_unknown_subfolder_is_refused_with_those_there_are(tmp_path: Path) -> None:
    write_images(tmp_path, trainA={"1.png": 1}, trainB={"1.png": 1}, testA={"1.png": 1})
    with pytest.raises(RunError, match=r"no images in 'trainC', .* testA, trainA, trainB"):
        open_subfolders(str(tmp_path), {"a": IMAGE | {"from": "trainC"}})
    with pytest.raises(RunError, match=r"folders testA, trainA, trainB, not two: `from = "):
        open_subfolders(str(tmp_path), {"a": IMAGE, "b": IMAGE})


def test_domains_are_each_shuffled_on_their_own_and_the_largest_makes_an_epoch() -> None:
    long = Data(6, lambda index: {"a": torch.tensor(index)})
    short = Data(4, lambda index: {"b": torch.tensor(index)})
    state = State({}, {}, random_stream(0, "noise", torch.device("cpu")), seed=3)
    data = Domains([long, short])
    assert data.count == 6
    batches = [next_batch(state, data, 3) for _ in range(4)]
    a, b = (torch.cat([batch[name] for batch in batches]).tolist() for name in "ab")
    assert sorted(a[:6]) == sorted(a[6:]) == list(range(6))
    assert sorted(b[:4]) == sorted(b[4:8]) == sorted(b[8:]) == list(range(4))
    assert a[:4] != b[:4]
    assert data.read([5])["b"].tolist() == [1]


def test_unpaired_fields_are_domains_in_the_program(tmp_path: Path, program_of: ProgramOf) -> None:
    write_images(tmp_path, A={"1.png": 1, "2.png": 2, "3.png": 3}, B={"9.png": 9, "8.png": 8})
    module = program_of(TWO, "data.paired=false")
    data = module.open_data(f"folder:{tmp_path}")
    assert data.count == 3 and brightness(data, 3) == {"a": [1, 2, 3], "b": [8, 9, 8]}
    with pytest.raises(RunError, match="no counterpart"):
        program_of(TWO).open_data(f"folder:{tmp_path}")


def test_unpaired_shapes_are_other_shapes_in_another_style(program_of: ProgramOf) -> None:
    paired, alone = (
        program_of(TWO, f"data.paired={word}").open_data("shapes").read(list(range(8)))
        for word in ("true", "false")
    )
    assert torch.equal(paired["a"], alone["a"]) and not torch.equal(paired["b"], alone["b"])
    assert (alone["b"][:, :, 0, 0] == 255).all()


def test_only_unpaired_fields_bring_domains_into_the_program() -> None:
    assert "Domains" not in compile_spec(TWO).program().text
    assert compile_spec(TWO).program().spec_hash != (
        compile_spec(TWO, ["data.paired=false"]).program().spec_hash
    )


def test_data_of_the_command_line_must_fit_the_fields_too(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="`idx` gives one image a sample, and 2 are asked"):
        checked_data(f"idx:{tmp_path}", compile_spec(TWO))
    with pytest.raises(CannotStart, match="`from` cannot choose: the source `idx`"):
        checked_data(f"idx:{tmp_path}", compile_spec("dcgan", ["data.fields.x.from=filled"]))
