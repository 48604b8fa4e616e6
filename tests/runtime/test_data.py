"""Data: the order of samples, shapes, folders, IDX files."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.runtime.data import Data, next_batch
from ganforge.runtime.errors import RunError
from ganforge.runtime.state import State, random_stream
from ganforge_blocks.sources.folder import open_class_folder, open_folder
from ganforge_blocks.sources.idx import open_idx
from ganforge_blocks.sources.npz import open_npz
from ganforge_blocks.sources.outlines import open_outlines
from ganforge_blocks.sources.shapes import open_shapes

RGB = {"x": {"kind": "image", "channels": 3, "size": (8, 12)}}
GREY = {"x": {"kind": "image", "channels": 1, "size": (8, 8)}}
LABEL = {"y": {"kind": "class", "classes": 2}}


def counted(length: int) -> tuple[State, Data]:
    state = State({}, {}, random_stream(0, "noise", torch.device("cpu")), seed=3)
    return state, Data(length, lambda index: {"i": torch.tensor(index)})


def test_every_epoch_covers_every_sample_once_in_its_own_order() -> None:
    state, data = counted(10)
    seen = torch.cat([next_batch(state, data, 4)["i"] for _ in range(5)])
    assert seen[:10].sort().values.tolist() == seen[10:].sort().values.tolist() == list(range(10))
    assert seen[:10].tolist() != seen[10:].tolist()


def test_the_order_follows_from_the_counter_alone() -> None:
    state, data = counted(10)
    batches = [next_batch(state, data, 3)["i"].tolist() for _ in range(6)]
    again, _ = counted(10)
    again.drawn = 12
    assert [next_batch(again, data, 3)["i"].tolist() for _ in range(2)] == batches[4:]


def test_a_data_set_smaller_than_a_batch_fills_it() -> None:
    state, data = counted(3)
    assert next_batch(state, data, 8)["i"].bincount().tolist() in (
        [3, 3, 2],
        [3, 2, 3],
        [2, 3, 3],
    )


def test_shapes_are_equal_in_whatever_batch_they_are_drawn() -> None:
    fields, order = RGB | LABEL, torch.randperm(60).tolist()
    together = open_shapes("", fields, count=60).read(list(range(60)))
    data = open_shapes("", fields, count=60)
    parts = [data.read(order[k : k + 7]) for k in range(0, 60, 7)]
    assert torch.equal(torch.cat([p["x"] for p in parts]), together["x"][order])
    assert torch.equal(torch.cat([p["y"] for p in parts]), together["y"][order])
    assert together["x"].shape == (60, 3, 8, 12)


def test_large_shapes_are_drawn_in_strips_as_if_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"x": {"kind": "image", "channels": 1, "size": (300, 250)}}
    strips = open_shapes("", fields, count=10).read(list(range(10)))["x"]
    monkeypatch.setattr("ganforge_blocks.sources.shapes.DRAWN_AT_A_TIME", 1 << 30)
    assert torch.equal(open_shapes("", fields, count=10).read(list(range(10)))["x"], strips)


def test_shapes_differ_by_sample_and_seed() -> None:
    first = open_shapes("", RGB, count=50).read(list(range(50)))["x"]
    other = open_shapes("", RGB, count=50, seed=1).read(list(range(50)))["x"]
    assert len(first.flatten(1).unique(dim=0)) == 50
    assert not (first == other).flatten(1).all(1).any()


def test_shapes_have_all_classes_equally_often() -> None:
    fields = {"y": {"kind": "class", "classes": 10}}
    labels = open_shapes("", fields, count=5000).read(list(range(5000)))["y"]
    assert labels.bincount().min() > 400 and labels.bincount().max() < 600


def test_a_second_image_shows_the_same_shape_in_outline() -> None:
    fields = {"a": RGB["x"], "b": RGB["x"]}
    batch = open_outlines("", fields, count=4).read([0, 1, 2, 3])
    alone = open_shapes("", RGB, count=4).read([0, 1, 2, 3])
    assert torch.equal(batch["a"], alone["x"])
    assert (batch["b"][:, :, 0, 0] == 255).all() and (batch["a"][:, :, 0, 0] == 0).all()


def test_shapes_give_the_style_that_is_named() -> None:
    outline, filled = RGB["x"] | {"from": "outline"}, RGB["x"] | {"from": "filled"}
    batch = open_outlines("", {"a": outline, "b": filled}, count=4).read([0, 1, 2, 3])
    plain = open_outlines("", {"a": RGB["x"], "b": RGB["x"]}, count=4).read([0, 1, 2, 3])
    assert torch.equal(batch["a"], plain["b"]) and torch.equal(batch["b"], plain["a"])


def test_shapes_lie_inside_the_image_and_fill_much_of_it() -> None:
    field = {"x": {"kind": "image", "channels": 1, "size": (64, 64)}}
    images = open_shapes("", field, count=300).read(list(range(300)))["x"][:, 0].float()
    ground = images[:, :1, :1]
    edge = torch.cat([images[:, [0, -1]].flatten(1), images[:, :, [0, -1]].flatten(1)], 1)
    assert (edge == ground[:, 0]).all()
    shown = (images != ground).flatten(1).float().mean(1)
    assert shown.min() > 0.04 and shown.mean() > 0.15


def test_a_class_always_has_the_same_form(tmp_path: Path) -> None:
    fields = {"x": {"kind": "image", "channels": 1, "size": (48, 48)}, "y": LABEL["y"]}
    batch = open_shapes("", fields, count=60).read(list(range(60)))
    centres = [(image > 90).nonzero().float().mean(0).round().long() for image in batch["x"][:, 0]]
    filled = [bool(i[0, y, x] > 90) for i, (y, x) in zip(batch["x"], centres, strict=True)]
    assert filled == [label == 0 for label in batch["y"].tolist()]  # a disc, or a ring


def write_folder(root: Path) -> Path:
    for name, colour in (("cat/1.png", "red"), ("cat/deep/2.PNG", "red"), ("dog/3.jpg", "blue")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 30), colour).save(root / name, name[-3:].replace("jpg", "jpeg"))
    (root / "dog" / ".hidden.png").write_bytes(b"no image")
    (root / "__MACOSX").mkdir()
    (root / "__MACOSX" / "1.png").write_bytes(b"no image")
    (root / "readme.txt").write_text("no image")
    return root


def test_a_folder_gives_images_and_classes(tmp_path: Path) -> None:
    data = open_class_folder(str(write_folder(tmp_path / "d")), RGB | LABEL)
    batch = data.read(list(range(3)))
    assert batch["x"].shape == (3, 3, 8, 12) and batch["x"].dtype == torch.uint8
    assert batch["x"][0, :, 4, 4].tolist() == [255, 0, 0]
    assert batch["y"].tolist() == [0, 0, 1]


def test_a_name_may_begin_with_an_underscore(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "_1.png")
    assert open_folder(str(tmp_path), GREY).count == 1


def test_a_zip_file_gives_what_its_folder_gives(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(tmp_path))
    paths = (root, tmp_path / "d.zip")
    whole, packed = (open_class_folder(str(p), RGB | LABEL).read([0, 1, 2]) for p in paths)
    for name in ("x", "y"):
        assert torch.equal(whole[name], packed[name])


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
    assert data.count == 1 and data.read([0])["x"].shape == (1, 1, 8, 8)
    assert (data.read([0])["x"].float() - expected).abs().max() <= 1


def test_images_that_do_not_fit_into_memory_are_decoded_when_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(write_folder(tmp_path / "d"))
    kept = open_class_folder(root, RGB | LABEL)
    monkeypatch.setattr("ganforge.runtime.images.DECODED_KEPT", 0)
    read = open_class_folder(root, RGB | LABEL)
    before = kept.read([2, 0])
    assert torch.equal(read.read([2, 0])["x"], before["x"])
    shutil.rmtree(root)
    assert torch.equal(kept.read([2, 0])["x"], before["x"])
    with pytest.raises(RunError, match="cannot be read as an image"):
        read.read([2, 0])


def test_images_cover_the_field_and_are_cropped_around_the_centre(tmp_path: Path) -> None:
    wide = Image.new("RGB", (64, 16), "red")
    wide.paste((0, 0, 255), (24, 0, 40, 16))
    wide.save(tmp_path / "a.png")
    field = {"x": {"kind": "image", "channels": 3, "size": (8, 8)}}
    image = open_folder(str(tmp_path), field).read([0])["x"][0].float()
    blue = torch.tensor([0.0, 0.0, 255.0])[:, None, None]
    assert image.shape == (3, 8, 8) and (image - blue)[:, :, 1:-1].abs().max() <= 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("missing", "is no folder and no zip file"),
        ("empty", "holds no images: it needs files of .png"),
        ("broken", "b.png in .* cannot be read"),
    ],
)
def test_a_bad_folder_says_what_is_wrong(tmp_path: Path, spoil: str, message: str) -> None:
    root = tmp_path / "d"
    if spoil != "missing":
        root.mkdir()
    if spoil == "broken":
        (root / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    with pytest.raises(RunError, match=message):
        open_folder(str(root), RGB)


def test_classes_that_do_not_fit_are_named(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d")
    with pytest.raises(
        RunError, match=r"has 2 class folders, the field 'y' declares 10 classes: declare 2"
    ):
        open_class_folder(str(root), RGB | {"y": {"kind": "class", "classes": 10}})
    Image.new("L", (4, 4)).save(root / "loose.png")
    with pytest.raises(
        RunError, match=r"has images outside of class folders, which the field 'y' needs"
    ):
        open_class_folder(str(root), RGB | LABEL)


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
    assert data.read([0, 1, 2])["x"][:, 0].tolist() == images.tolist()
    assert (
        data.read([0, 1, 2])["y"].tolist() == [1, 0, 1]
        and data.read([0, 1, 2])["y"].dtype == torch.int64
    )


def test_idx_images_are_resized_to_cover_the_field(tmp_path: Path) -> None:
    write_idx(tmp_path / "train-images", np.full((2, 6, 6), 9))
    assert open_idx(str(tmp_path), RGB).read([0, 1])["x"].shape == (2, 3, 8, 12)
    assert open_idx(str(tmp_path / "train-images"), RGB).read([0, 1])["x"].unique().tolist() == [9]


def test_bad_idx_files_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no file train-images"):
        open_idx(str(tmp_path), GREY)
    file = tmp_path / "train-images"
    write_idx(file, np.zeros((2, 8, 8)), packed=False)
    with pytest.raises(RunError, match="has no file train-labels"):
        open_idx(str(tmp_path), GREY | LABEL)
    write_idx(tmp_path / "train-labels", np.array([0, 5]))
    with pytest.raises(RunError, match=r"declares 2 classes, and .* labels up to 5: declare 6"):
        open_idx(str(tmp_path), GREY | LABEL)
    whole = file.read_bytes()
    for content, message in (
        (whole[:-1], "has 127 values for the shape"),
        (b"GIF89a" + whole, "is no IDX file"),
        (gzip.compress(whole)[:-9], "cannot be read"),
        (b"", "is no IDX file"),
    ):
        file.write_bytes(content)
        with pytest.raises(RunError, match=message):
            open_idx(str(tmp_path), GREY)


@pytest.mark.parametrize("axes", ["NHWC", "NCHW"])
def test_npz_files_give_images_and_labels_in_either_layout(tmp_path: Path, axes: str) -> None:
    images = (np.arange(2 * 3 * 8 * 12) % 256).astype(np.uint8).reshape(2, 3, 8, 12)
    stored = images.transpose(0, 2, 3, 1) if axes == "NHWC" else images
    np.savez(tmp_path / "a.npz", images=stored, labels=np.array([1, 0], np.int16))
    batch = open_npz(str(tmp_path / "a.npz"), RGB | LABEL).read([1, 0])
    assert batch["x"].tolist() == images[[1, 0]].tolist() and batch["x"].dtype == torch.uint8
    assert batch["y"].tolist() == [0, 1] and batch["y"].dtype == torch.int64


def test_arrays_of_npz_files_are_taken_in_order_or_by_name(tmp_path: Path) -> None:
    arrays = {name: np.full((3, 8, 8), value, np.uint8) for name, value in (("p", 1), ("q", 2))}
    np.savez(tmp_path / "a.npz", **arrays)
    for fields, values in (
        ({"a": GREY["x"], "b": GREY["x"]}, (1, 2)),
        ({"a": GREY["x"] | {"from": "q"}, "b": GREY["x"]}, (2, 1)),
    ):
        batch = open_npz(str(tmp_path / "a.npz"), fields).read([0])
        assert (batch["a"].unique().item(), batch["b"].unique().item()) == values


def test_colour_becomes_grey_as_in_image_files(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    np.savez(tmp_path / "a.npz", x=image[None])
    Image.fromarray(image).save(tmp_path / "a.png")
    whole = open_npz(str(tmp_path / "a.npz"), GREY).read([0])["x"].int()
    (tmp_path / "a.npz").unlink()
    assert (whole - open_folder(str(tmp_path), GREY).read([0])["x"].int()).abs().max() <= 1


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((2, 8, 8))}, r"no images as bytes for the field 'x': it has 'x' float64"),
        ({"x": np.zeros((2, 8, 8), np.uint8)}, r"no whole numbers as classes for the field 'y'"),
        ({"x": np.zeros((2, 8, 8, 2), np.uint8), "y": np.zeros(2, int)}, "give 1 or 3 channels"),
        ({"x": np.zeros((2, 8, 8), np.uint8), "y": np.zeros(3, int)}, r"'y' .* has 3 samples"),
        ({"x": np.zeros((2, 8, 8), np.uint8), "y": np.array([0, 7])}, "labels up to 7: declare 8"),
        ({"x": np.zeros((2, 8, 8), np.uint8), "y": np.array([0, -1])}, "labels below 0"),
        ({}, "it has nothing"),
    ],
)
def test_bad_npz_files_say_what_is_wrong(
    tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(RunError, match=message):
        open_npz(str(tmp_path / "a.npz"), GREY | LABEL)


def test_what_is_no_npz_file_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3))
    (tmp_path / "b.npz").write_bytes(b"PK rest")
    for name in ("a.npy", "b.npz", "none.npz", ""):
        with pytest.raises(RunError, match=r"is no file of `np.savez`"):
            open_npz(str(tmp_path / name), GREY)
    np.savez(tmp_path / "c.npz", x=np.array([{}], object))
    with pytest.raises(RunError, match=r"is no file of `np.savez`"):
        open_npz(str(tmp_path / "c.npz"), GREY)
    np.savez(tmp_path / "d.npz", x=np.zeros((2, 8, 8), np.uint8))
    with pytest.raises(RunError, match="no images as bytes in 'z' for the field 'x'"):
        open_npz(str(tmp_path / "d.npz"), {"x": GREY["x"] | {"from": "z"}})
