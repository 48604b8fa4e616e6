"""Large images cut into samples."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganforge.pipeline import compile_spec
from ganforge_blocks.sources.tiles import open_tiles

FIELDS = {"x": {"kind": "image", "channels": 3, "size": (4, 6)}}
SPEC = """
ganforge = 1
extends = "dcgan"
[params]
size = 16
width = 8
[data]
source = "folder"
load_size = 20
tiles = true
crop = "random"
"""


def save(path: Path, height: int, width: int) -> np.ndarray:
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def test_tiles_stand_side_by_side_around_the_centre(tmp_path: Path) -> None:
    pixels = save(tmp_path / "a.png", 10, 13)  # 2 rows of 2, between 1 and 0, 0 and 1 to spare
    data = open_tiles(str(tmp_path), FIELDS)
    assert data.count == 4
    tiles = data.read([0, 1, 2, 3])["x"].permute(0, 2, 3, 1).numpy()
    for k, (top, left) in enumerate([(1, 0), (1, 6), (5, 0), (5, 6)]):
        np.testing.assert_array_equal(tiles[k], pixels[top : top + 4, left : left + 6])


def test_an_image_that_is_smaller_than_a_tile_covers_one(tmp_path: Path) -> None:
    save(tmp_path / "a.png", 3, 20)
    save(tmp_path / "b.png", 4, 6)
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as file:
        for name in ("a.png", "b.png"):
            file.write(tmp_path / name, name)
    assert open_tiles(str(tmp_path / "both.zip"), FIELDS).count == 2


@pytest.mark.parametrize("given", ["folder", "shapes"])
def test_sources_without_tiles_open_as_ever(given: str) -> None:
    opened = compile_spec(SPEC).program(given).text.partition("def open_data")[2]
    assert ("open_tiles(path, FIELDS)" in opened) == (given == "folder")
    assert ("open_shapes(path, FIELDS" in opened) == (given == "shapes")
