"""The data sources as specs and the command line name them."""

from __future__ import annotations

from ganforge.plugins import DataSource, Params
from ganforge.plugins.params import Int
from ganforge_blocks.checks import NoParams


class ShapesParams(Params):
    seed: Int = 0


SOURCES = (
    DataSource(
        "shapes",
        "Drawn shapes on a plain ground, with the shape as class; needs no file.",
        ShapesParams,
        "ganforge_blocks.sources.shapes:open_shapes",
        open_named="ganforge_blocks.sources.outlines:open_outlines",
        reads=dict.fromkeys(
            ("attributes", "vector"), "ganforge_blocks.sources.factors:read_factors"
        ),
        names={
            "image": ("filled", "outline"),
            "class": ("shape",),
            "vector": ("embedding", "factors"),
        },
        lengths={"factors": 5},
        attributes=("red", "green", "blue", "large", "right"),
        takes_path=False,
        endless=True,
    ),
    DataSource(
        "idx",
        "A folder with files of the IDX format, such as MNIST.",
        NoParams,
        "ganforge_blocks.sources.idx:open_idx",
    ),
    DataSource(
        "npz",
        "A file of NumPy with arrays of images as bytes, and of classes.",
        NoParams,
        "ganforge_blocks.sources.npz:open_npz",
        open_named="ganforge_blocks.sources.npz:open_npz",
    ),
    DataSource(
        "folder",
        "Images below a folder or in a zip file; its subfolders are the classes.",
        NoParams,
        "ganforge_blocks.sources.folder:open_folder",
        open_classes="ganforge_blocks.sources.folder:open_class_folder",
        open_named="ganforge_blocks.sources.subfolders:open_subfolders",
        open_tiles="ganforge_blocks.sources.tiles:open_tiles",
        reads={
            "attributes": "ganforge_blocks.sources.attributes:read_attributes",
            "vector": "ganforge_blocks.sources.vectors:read_vectors",
        },
        several=("vector",),
    ),
)
