"""What sources tell of samples beside images: attributes and vectors."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.runtime.attributes import with_change
from ganforge.runtime.captions import Captioned
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.holdout import hold_out
from ganforge.runtime.joined import joined
from ganforge.runtime.samples import in_rows
from ganforge_blocks.sources.attributes import read_attributes
from ganforge_blocks.sources.factors import NAMES, read_factors
from ganforge_blocks.sources.folder import open_folder
from ganforge_blocks.sources.shapes import open_shapes
from ganforge_blocks.sources.vectors import read_vectors

CELEBA = """\
3
Black_Hair Male Young
001.jpg  1 -1  1
002.jpg -1  1 -1
003.jpg -1 -1 -1
"""
CSV = """\
image_id,Black_Hair,Male,Young
001.jpg,1,0,1
002.jpg,0,1,0
003.jpg,0,0,0
"""
TOLD = [[1, 0, 1], [0, 1, 0]]


def field(size: int = 3, **more: object) -> dict[str, dict[str, object]]:
    return {"c": {"kind": "attributes", "size": size, **more}}


def folder(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(root / name)
    return root


@pytest.mark.parametrize(
    ("name", "text"),
    [("list_attr_celeba.txt", CELEBA), ("list_attr_celeba.csv", CSV), ("attributes.csv", CSV)],
)
def test_a_list_beside_the_images_tells_what_they_have(
    tmp_path: Path, name: str, text: str
) -> None:
    root = folder(tmp_path, "img_align_celeba/001.jpg", "img_align_celeba/002.jpg")
    (root / name).write_text(text)
    values = read_attributes(str(root), field())["c"]
    assert values.dtype == torch.float32
    assert values.tolist() == TOLD


def test_a_field_chooses_attributes_by_name_in_its_order(tmp_path: Path) -> None:
    root = folder(tmp_path, "001.jpg", "002.jpg")
    (root / "mine.txt").write_text(CELEBA)
    about = field(2, names=["Young", "Black_Hair"]) | field(0, **{"from": "mine.txt"})
    about["c"] = {**about["c"], "size": 2, "names": ["Young", "Black_Hair"]}
    assert read_attributes(str(root), about)["c"].tolist() == [[1, 1], [0, 0]]


def test_a_zip_file_holds_its_list(tmp_path: Path) -> None:
    root = folder(tmp_path / "in", "faces/001.jpg", "faces/002.png")
    with zipfile.ZipFile(tmp_path / "faces.zip", "w") as file:
        for path in sorted(root.rglob("*.*")):
            file.write(path, path.relative_to(root).as_posix())
        file.writestr("list_attr_celeba.txt", CELEBA)
    assert read_attributes(str(tmp_path / "faces.zip"), field())["c"].tolist() == TOLD


def test_without_a_list_the_folder_of_an_image_is_what_it_has(tmp_path: Path) -> None:
    root = folder(tmp_path, "train/rust/1.png", "train/healthy/1.png", "train/rust/2.png")
    assert read_attributes(str(root), field(2))["c"].tolist() == [[1, 0], [0, 1], [0, 1]]
    chosen = read_attributes(str(root), field(1, names=["rust"]))["c"]
    assert chosen.tolist() == [[0], [1], [1]]


def test_equal_names_in_several_folders_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    root = folder(tmp_path, "a/1.png", "b/1.png")
    (root / "attributes.csv").write_text("image,old\na/1.png,1\nb/1.png,0\n")
    assert read_attributes(str(root), field(1))["c"].tolist() == [[1], [0]]
    (root / "attributes.csv").write_text("image,old\n1.png,1\n")
    with pytest.raises(RunError, match="'1', as 2 images are called: say folders"):
        read_attributes(str(root), field(1))


@pytest.mark.parametrize(
    ("text", "about", "message"),
    [
        (CSV, {"size": 5}, "has 3 attributes, the field 'c' declares 5: choose some by `names`"),
        (CSV, {"size": 1, "names": ["Old"]}, "has no attribute 'Old': it has Black_Hair, Male"),
        (CSV.replace("002.jpg,0,1,0\n", ""), {}, "has no line for 002.jpg"),
        (CSV.replace("0,1,0", "0,2,0"), {}, "the line of '002.jpg' must have 1, 0 or -1"),
        (CSV.replace("0,1,0", "0,1"), {}, "the line of '002.jpg' must have 1, 0 or -1 for each"),
        ("", {}, "names no images"),
        ("image_id,Male\n", {}, "names no images"),
        ("image_id,Mal\x00\xff", {}, "names no images"),
        (CSV, {"from": "other.csv"}, "has no file 'other.csv'"),
    ],
)
def test_a_list_that_does_not_fit_is_told(
    tmp_path: Path, text: str, about: dict[str, object], message: str
) -> None:
    root = folder(tmp_path, "001.jpg", "002.jpg")
    (root / "attributes.csv").write_text(text)
    with pytest.raises(RunError, match=message):
        read_attributes(str(root), field(**{"size": 3, **about}))  # type: ignore[arg-type]


def test_a_list_that_is_no_text_is_told(tmp_path: Path) -> None:
    root = folder(tmp_path, "001.jpg")
    (root / "attributes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="cannot be read as text"):
        read_attributes(str(root), field())


def test_images_without_list_and_folders_have_no_attributes(tmp_path: Path) -> None:
    root = folder(tmp_path, "1.png", "2.png")
    with pytest.raises(RunError, match=r"has no list of attributes .* and no folder for each"):
        read_attributes(str(root), field())


def vectors(size: int = 3, **more: object) -> dict[str, dict[str, object]]:
    return {"v": {"kind": "vector", "size": size, **more}}


def test_a_vector_lies_beside_its_image_or_in_a_folder_of_vectors(tmp_path: Path) -> None:
    root = folder(tmp_path, "a/1.png", "2.jpg")
    for below in ("", "texts"):
        for k, name in enumerate(("2", "a/1")):
            file = root / below / f"{name}.npy"
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, np.arange(3) + k + 10 * bool(below))
    values = read_vectors(str(root), vectors())["v"]
    assert values.dtype == torch.float32
    assert values.tolist() == [[0, 1, 2], [1, 2, 3]]
    there = read_vectors(str(root), vectors(**{"from": "texts"}))["v"]  # type: ignore[arg-type]
    assert there.tolist() == [[10, 11, 12], [11, 12, 13]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no 1.npy, the vector of an image for the field 'v'"),
        (b"text", "1.npy .* is no file of `np.save` with numbers: save it as a plain array"),
        (b"", "1.npy .* is no file of `np.save` with numbers"),
        (np.array([object()]), "is no file of `np.save` with numbers: save it as a plain array"),
        (np.zeros(4), r"1.npy in .* has the shape \[4\], the field 'v' declares 3 numbers"),
        (np.zeros((2, 4)), r"has the shape \[2, 4\], .* give \[3\], or \[K, 3\] for K vectors"),
        (np.zeros((0, 3)), r"has the shape \[0, 3\], the field 'v' declares 3 numbers"),
        (np.zeros((1, 2, 3)), r"has the shape \[1, 2, 3\]"),
        (np.float32(3), r"has the shape \[\], the field 'v' declares 3 numbers"),
        (np.array([1, np.inf, 0]), "has numbers that are not finite"),
        (np.array([0, 0, 1e300]), "has numbers that are not finite"),
        (np.array(["a", "b", "c"]), "holds <U1: the field 'v' needs numbers, such as float32"),
        (np.zeros(3, complex), "holds complex128: the field 'v' needs numbers"),
        (np.zeros(3, bool), "holds bool: the field 'v' needs numbers"),
    ],
)
def test_a_vector_that_does_not_fit_is_told(tmp_path: Path, content: object, message: str) -> None:
    root = folder(tmp_path, "1.png")
    if isinstance(content, bytes):
        (root / "1.npy").write_bytes(content)
    elif content is not None:
        np.save(root / "1.npy", content)  # type: ignore[arg-type]
    with pytest.raises(RunError, match=message):
        read_vectors(str(root), vectors())


def test_an_archive_in_place_of_a_vector_is_told(tmp_path: Path) -> None:
    root = folder(tmp_path, "1.png")
    np.savez(root / "1.npz", a=np.zeros(3))
    (root / "1.npz").rename(root / "1.npy")
    with pytest.raises(RunError, match="holds several arrays: the field 'v' needs numbers"):
        read_vectors(str(root), vectors())


def captioned(tmp_path: Path, *counts: int, holdout: float | None = None) -> Data:
    """Images of which each has so many captions; of sample n the k-th is (n, k, 0)."""
    root = folder(tmp_path, *(f"{n}.png" for n in range(len(counts))))
    for n, count in enumerate(counts):
        np.save(root / f"{n}.npy", [[n, k, 0] for k in range(count)])
    fields = {"x": {"kind": "image", "channels": 3, "size": (4, 4)}, **vectors()}
    data = joined(open_folder(str(root), fields), read_vectors(str(root), fields))
    return Captioned(hold_out(data, holdout) if holdout else data, ["v"])


def test_training_visits_every_caption_of_an_image_and_samples_have_its_first(
    tmp_path: Path,
) -> None:
    data = captioned(tmp_path, 3, 1, 2)
    assert data.read([2, 0, 1])["v"].tolist() == [[2, 0, 0], [0, 0, 0], [1, 0, 0]]
    visited = data.visit(0, 300, seed=1)["v"]
    for n, count in enumerate((3, 1, 2)):
        assert set(visited[visited[:, 0] == n][:, 1].int().tolist()) == set(range(count))


def test_which_caption_is_visited_follows_from_the_seed_and_the_place(tmp_path: Path) -> None:
    data = captioned(tmp_path, 9, 9, 9, 9)
    whole = data.visit(0, 20, seed=1)["v"]
    assert torch.cat([data.visit(0, 7, seed=1)["v"], data.visit(7, 13, seed=1)["v"]]).equal(whole)
    assert not data.visit(0, 20, seed=2)["v"][:, 1].equal(whole[:, 1])
    assert not whole[:4, 1].equal(whole[4:8, 1])


def test_held_out_samples_have_their_first_caption_too(tmp_path: Path) -> None:
    data = captioned(tmp_path, 5, 5, 5, 5, holdout=2)
    assert data.held_out is not None
    assert data.held_out.read([0, 1])["v"][:, 1].tolist() == [0, 0]
    assert data.count == 2 and data.visit(0, 40, seed=1)["v"][:, 1].max() == 4


def test_shapes_have_an_embedding_from_which_all_but_the_angle_can_be_told() -> None:
    about = {"x": {"kind": "image", "channels": 3, "size": (8, 8)}, **vectors(64)}
    text = read_factors("", about, count=600)["v"]
    assert text.shape == (600, 64) and text.isfinite().all()
    told = read_factors("", vectors(5, **{"from": "factors"}), count=600)["v"]  # type: ignore[arg-type]
    x, y, angle, radius, hue = told.unbind(1)
    turn = 2 * torch.pi * hue
    wanted = torch.stack([x, y, radius, turn.cos(), turn.sin(), angle], 1)
    wanted = wanted - wanted[:400].mean(0)
    known = torch.cat([text, torch.ones(600, 1)], 1)
    guessed = known[400:] @ torch.linalg.lstsq(known[:400], wanted[:400]).solution
    left = (guessed - wanted[400:]).square().mean(0) / wanted[400:].square().mean(0)
    assert left[:5].max() < 0.1 and left[5] > 0.9


def test_texts_of_another_seed_are_of_other_shapes_in_the_same_words() -> None:
    one, other = (read_factors("", vectors(32), count=9, seed=seed)["v"] for seed in (0, 1))
    assert not one.equal(other)
    assert read_factors("", vectors(32), count=9)["v"].equal(one)


def test_shapes_have_five_factors(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="shapes have 5 factors, the field 'v' declares 6"):
        read_factors("", vectors(6, **{"from": "factors"}), count=9)  # type: ignore[arg-type]


def test_shapes_have_the_colour_place_and_size_that_their_attributes_tell() -> None:
    fields = {"x": {"kind": "image", "channels": 3, "size": (32, 32)}}
    told = {
        "c": {"kind": "attributes", "size": 5},
        "v": {"kind": "vector", "size": 5, "from": "factors"},
    }
    more = read_factors("", fields | told, count=200)
    images = open_shapes("", fields, count=200).read(list(range(200)))["x"].float()
    colours = images.sum((2, 3)).argmax(1)
    assert more["c"][:, :3].argmax(1).equal(colours)
    assert more["c"][:, :3].sum(1).eq(1).all()
    covered = images.sum(1) > 0
    columns = (covered * torch.arange(32.0)).sum((1, 2)) / covered.sum((1, 2))
    right = more["c"][:, NAMES.index("right")].bool()
    assert columns[right].mean() > columns[~right].mean() + 2
    large = more["c"][:, NAMES.index("large")].bool()
    area = covered.sum((1, 2)).float()
    assert area[large].mean() > area[~large].mean()
    assert more["v"].shape == (200, 5)
    assert more["v"][:, 0].gt(0.5).equal(right)


def test_shapes_give_the_attributes_that_a_field_names() -> None:
    told = {"c": {"kind": "attributes", "size": 2, "names": ["right", "red"]}}
    all_of_them = read_factors("", {"c": {"kind": "attributes", "size": 5}}, count=9, seed=1)["c"]
    assert read_factors("", told, count=9, seed=1)["c"].equal(all_of_them[:, [4, 0]])


def test_joined_fields_go_with_their_samples() -> None:
    data = joined(
        Data(3, lambda index: {"i": torch.tensor(index)}), {"c": torch.tensor([[0.0], [1], [2]])}
    )
    assert data.count == 3
    batch = data.visit(0, 5, seed=1)
    assert batch["c"][:, 0].equal(batch["i"].float())


def test_a_change_turns_one_attribute_round_and_one_of_a_group_on() -> None:
    own = torch.tensor([[1.0, 0, 0, 1, 0]]).repeat(5, 1)
    changed = with_change(own, torch.arange(5), exclusive=[[0, 1, 2]])
    assert changed.int().tolist() == [
        [1, 0, 0, 1, 0],
        [0, 1, 0, 1, 0],
        [0, 0, 1, 1, 0],
        [1, 0, 0, 0, 0],
        [1, 0, 0, 1, 1],
    ]
    assert own[0].tolist() == [1, 0, 0, 1, 0]


def test_rows_show_once_what_stays_the_same() -> None:
    x = torch.arange(6).view(6, 1, 1, 1).float() // 3
    swept = 10 + torch.arange(6).view(6, 1, 1, 1).float()
    shown = in_rows([x], [swept], across=3).flatten().tolist()
    assert shown == [0, 10, 11, 12, 1, 13, 14, 15]
    part = in_rows([x[:4]], [swept[:4]], across=3).flatten().tolist()
    assert part == [0, 10, 11, 12, 1, 13, 13, 13]
