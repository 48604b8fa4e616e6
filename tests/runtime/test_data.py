"""Data: the order of samples, shapes, folders, IDX files."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.runtime.data import Arrays, next_batch, scale_images
from ganforge.runtime.errors import DataError
from ganforge.runtime.state import State, random_stream
from ganforge_blocks.sources.folder import open_folder
from ganforge_blocks.sources.idx import open_idx
from ganforge_blocks.sources.shapes import open_shapes

RGB = {"x": {"kind": "image", "channels": 3, "size": (8, 12)}}
GREY = {"x": {"kind": "image", "channels": 1, "size": (8, 8)}}
LABEL = {"y": {"kind": "class", "classes": 2}}


def counted(length: int) -> tuple[State, Arrays]:
    state = State({}, {}, random_stream(0, "noise", torch.device("cpu")), seed=3)
    return state, Arrays({"i": torch.arange(length)})


def test_every_epoch_covers_every_sample_once_in_its_own_order() -> None:
    state, data = counted(10)
    seen = torch.cat([next_batch(state, data, ["i"], 4)["i"] for _ in range(5)])
    assert seen[:10].sort().values.tolist() == seen[10:].sort().values.tolist() == list(range(10))
    assert seen[:10].tolist() != seen[10:].tolist()


def test_the_order_follows_from_the_counter_alone() -> None:
    state, data = counted(10)
    batches = [next_batch(state, data, ["i"], 3)["i"].tolist() for _ in range(6)]
    again, _ = counted(10)
    again.drawn = 12
    assert [next_batch(again, data, ["i"], 3)["i"].tolist() for _ in range(2)] == batches[4:]


def test_a_data_set_smaller_than_a_batch_fills_it() -> None:
    state, data = counted(3)
    assert next_batch(state, data, ["i"], 8)["i"].bincount().tolist() in (
        [3, 3, 2],
        [3, 2, 3],
        [2, 3, 3],
    )


def test_bytes_are_scaled_to_the_range() -> None:
    raw = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 3, 1, 1)
    scaled = scale_images(raw, -1.0, 1.0, torch.channels_last)
    assert scaled.flatten().tolist() == pytest.approx([-1, -0.6, 1])


def test_shapes_are_equal_in_whatever_batch_they_are_drawn() -> None:
    fields, order = RGB | LABEL, torch.randperm(60)
    together = open_shapes("", fields, count=60).read(torch.arange(60), ["x", "y"])
    data = open_shapes("", fields, count=60)
    parts = [data.read(part, ["x", "y"]) for part in order.split(7)]
    assert torch.equal(torch.cat([p["x"] for p in parts]), together["x"][order])
    assert torch.equal(torch.cat([p["y"] for p in parts]), together["y"][order])
    assert together["x"].shape == (60, 3, 8, 12)


def test_shapes_differ_by_sample_and_seed() -> None:
    first = open_shapes("", RGB, count=50).read(torch.arange(50), ["x"])["x"]
    other = open_shapes("", RGB, count=50, seed=1).read(torch.arange(50), ["x"])["x"]
    assert len(first.flatten(1).unique(dim=0)) == 50
    assert not (first == other).flatten(1).all(1).any()


def test_shapes_have_all_classes_equally_often() -> None:
    fields = {"y": {"kind": "class", "classes": 10}}
    labels = open_shapes("", fields, count=5000).read(torch.arange(5000), ["y"])["y"]
    assert labels.bincount().min() > 400 and labels.bincount().max() < 600


def test_paired_shapes_lie_in_the_same_place() -> None:
    fields = {"a": RGB["x"], "b": RGB["x"]}
    index = torch.arange(4)
    paired = open_shapes("", fields, count=4).read(index, ["a", "b"])
    alone = open_shapes("", fields, count=4, paired=False).read(index, ["a", "b"])
    assert torch.equal(paired["a"], alone["a"]) and not torch.equal(paired["b"], alone["b"])
    assert (paired["b"][:, :, 0, 0] == 255).all()


def test_shapes_take_no_path() -> None:
    with pytest.raises(DataError, match="say `shapes` alone"):
        open_shapes("/data", RGB)


def write_folder(root: Path) -> Path:
    for name, colour in (("cat/1.png", "red"), ("cat/deep/2.PNG", "red"), ("dog/3.jpg", "blue")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 30), colour).save(root / name, name[-3:].replace("jpg", "jpeg"))
    (root / "dog" / ".hidden.png").write_bytes(b"no image")
    (root / "readme.txt").write_text("no image")
    return root


def test_a_folder_gives_images_and_classes(tmp_path: Path) -> None:
    data = open_folder(str(write_folder(tmp_path / "d")), RGB | LABEL)
    batch = data.read(torch.arange(3), ["x", "y"])
    assert batch["x"].shape == (3, 3, 8, 12) and batch["x"].dtype == torch.uint8
    assert batch["x"][0, :, 4, 4].tolist() == [255, 0, 0]
    assert batch["y"].tolist() == [0, 0, 1]


def test_a_zip_file_gives_what_its_folder_gives(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(tmp_path))
    whole, packed = (open_folder(str(p), RGB | LABEL) for p in (root, tmp_path / "d.zip"))
    for name in ("x", "y"):
        assert torch.equal(whole.fields[name], packed.fields[name])


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("RGBA", (0, 0, 0, 0), 255),
        ("LA", (0, 128), 127),
        ("L", 7, 7),
        ("P", 0, 0),
        ("I;16", 40000, 156),
        ("1", 1, 255),
    ],
)
def test_modes_of_images_become_bytes(tmp_path: Path, mode: str, value: int, expected: int) -> None:
    Image.new(mode, (9, 9), value).save(tmp_path / "a.png")
    data = open_folder(str(tmp_path), GREY)
    assert data.fields["x"].shape == (1, 1, 8, 8)
    assert (data.fields["x"].float() - expected).abs().max() <= 1


def test_decoded_images_are_cached_and_a_changed_file_is_noticed(
    tmp_path: Path, cache: Path
) -> None:
    root = write_folder(tmp_path / "d")
    open_folder(str(root), RGB)
    open_folder(str(root), RGB)
    assert len(list(cache.rglob("*"))) == 2
    Image.new("RGB", (5, 5), "lime").save(root / "cat" / "1.png")
    assert open_folder(str(root), RGB).fields["x"][0, :, 0, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("missing", "is no folder and no zip file"),
        ("empty", "holds no images: it needs files of .png"),
        ("broken", "b.png in .* cannot be read"),
    ],
)
def test_a_bad_folder_says_what_is_wrong(
    tmp_path: Path, cache: Path, spoil: str, message: str
) -> None:
    root = tmp_path / "d"
    if spoil != "missing":
        root.mkdir()
    if spoil == "broken":
        (root / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    with pytest.raises(DataError, match=message):
        open_folder(str(root), RGB)
    assert not list(cache.rglob("*.*"))


def test_classes_that_do_not_fit_are_named(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d")
    with pytest.raises(
        DataError, match=r"has 2 class folders, the field 'y' declares 10 classes: declare 2"
    ):
        open_folder(str(root), RGB | {"y": {"kind": "class", "classes": 10}})
    Image.new("L", (4, 4)).save(root / "loose.png")
    with pytest.raises(
        DataError, match=r"has images outside of class folders, which the field 'y' needs"
    ):
        open_folder(str(root), RGB | LABEL)


def write_idx(path: Path, array: np.ndarray, packed: bool = True) -> None:
    axes = b"".join(side.to_bytes(4, "big") for side in array.shape)
    raw = bytes([0, 0, 8, array.ndim]) + axes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw) if packed else raw)


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_give_images_and_labels(tmp_path: Path, packed: bool) -> None:
    images = np.arange(3 * 8 * 8).reshape(3, 8, 8) % 256
    write_idx(tmp_path / "train-images-idx3-ubyte", images, packed)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.array([1, 0, 1]), packed)
    data = open_idx(str(tmp_path), GREY | LABEL)
    assert data.fields["x"][:, 0].tolist() == images.tolist()
    assert data.fields["y"].tolist() == [1, 0, 1] and data.fields["y"].dtype == torch.int64


def test_idx_images_are_resized_to_cover_the_field(tmp_path: Path) -> None:
    write_idx(tmp_path / "train-images", np.full((2, 6, 6), 9))
    assert open_idx(str(tmp_path), RGB).fields["x"].shape == (2, 3, 8, 12)
    assert open_idx(str(tmp_path / "train-images"), RGB).fields["x"].unique().tolist() == [9]


def test_bad_idx_files_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no file train-images"):
        open_idx(str(tmp_path), GREY)
    file = tmp_path / "train-images"
    write_idx(file, np.zeros((2, 8, 8)), packed=False)
    with pytest.raises(DataError, match="has no file train-labels"):
        open_idx(str(tmp_path), GREY | LABEL)
    write_idx(tmp_path / "train-labels", np.array([0, 5]))
    with pytest.raises(DataError, match=r"declares 2 classes, and .* labels up to 5: declare 6"):
        open_idx(str(tmp_path), GREY | LABEL)
    whole = file.read_bytes()
    for content, message in (
        (whole[:-1], "has 127 values for the shape"),
        (b"GIF89a" + whole, "is no IDX file"),
        (gzip.compress(whole)[:-9], "cannot be read"),
        (b"", "is no IDX file"),
    ):
        file.write_bytes(content)
        with pytest.raises(DataError, match=message):
            open_idx(str(tmp_path), GREY)
