"""What holds for all that is built in: the tests that plugins take."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganforge.plugins import LabelNoise, Tensor, TensorList
from ganforge.testing import conformance

VECTOR, IMAGE, CLASS = Tensor((12,)), Tensor((4, 6, 8)), Tensor((), classes=5)
PAIRS = LabelNoise(0.3, ((0, 1), (1, 0), (2, 1)))
STYLES = TensorList((VECTOR,) * 4)
SCALES = TensorList((Tensor((4, 3, 4)), IMAGE))
CLEAN = replace(CLASS, noise=LabelNoise(0.3))
NOISY = [LabelNoise(0.3, noisy=True), replace(PAIRS, noisy=True)]


def write_folder(folder: Path) -> Path:
    """Six images in two class folders."""
    for k in range(6):
        place = folder / "ab"[k % 2] / f"{k}.png"
        place.parent.mkdir(exist_ok=True)
        Image.new("RGB", (9, 12), (40 * k, 90, 200 - 30 * k)).save(place)
    return folder


def write_described(folder: Path) -> Path:
    """Those images, with attributes of theirs, and two vectors of each."""
    lines = ["image,left,red", *(f"{'ab'[k % 2]}/{k}.png,{k % 2},{k // 3}" for k in range(6))]
    (folder / "attributes.csv").write_text("\n".join(lines))
    for image in write_folder(folder).glob("*/*.png"):
        np.save(image.with_suffix(".npy"), np.full((2, 5), int(image.stem), np.float32))
    return folder


def write_npz(folder: Path) -> Path:
    images = np.random.default_rng(0).integers(0, 256, (5, 9, 8, 3), np.uint8)
    np.savez(folder / "few.npz", images=images, classes=np.arange(5) % 3)
    return folder / "few.npz"


def write_idx(folder: Path) -> Path:
    """Five images of 7 x 6, and their classes."""
    images = bytes(range(210))
    (folder / "train-images-idx3-ubyte").write_bytes(idx_header(5, 7, 6) + images)
    labels = gzip.compress(idx_header(5) + bytes([0, 1, 2, 1, 0]))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(labels)
    return folder


def idx_header(*sizes: int) -> bytes:
    return bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


SAMPLES: dict[str, list[Any]] = {
    "folder": [write_described],
    "idx": [write_idx, lambda folder: write_idx(folder) / "train-images-idx3-ubyte"],
    "npz": [write_npz],
    "conv": [
        ({"out": 5}, [IMAGE]),
        ({"out": 6, "kernel": 4, "stride": 2, "groups": 2, "bias": False}, [IMAGE]),
        ({"out": 5, "kernel": 5, "padding_mode": "reflect"}, [IMAGE]),
        ({"out": 5, "kernel": 4, "padding": "tf-same", "padding_mode": "replicate"}, [IMAGE]),
        ({"out": 5, "kernel": 5, "stride": 3, "padding": "tf-same"}, [IMAGE]),
        ({"out": 5, "kernel": 3, "padding": 0}, [IMAGE]),
    ],
    "conv-transpose": [
        ({"out": 5, "stride": 2}, [IMAGE]),
        ({"out": 5, "kernel": 4, "stride": 1, "padding": 0, "bias": False}, [Tensor((7, 1, 1))]),
        ({"out": 5, "kernel": 5, "stride": 2, "padding": "tf-same"}, [IMAGE]),
        ({"out": 5, "kernel": 2, "stride": 3}, [IMAGE]),
    ],
    "modulated-conv": [
        ({"out": 5}, [IMAGE, VECTOR]),
        ({"out": 5, "kernel": 1, "demodulate": False}, [IMAGE, VECTOR]),
        ({"out": 5, "up": 2}, [IMAGE, VECTOR]),
        ({"out": 5, "up": 2, "kernel": 1}, [IMAGE, VECTOR]),
        ({"out": 5, "up": 2, "kernel": 7, "demodulate": False}, [IMAGE, VECTOR]),
    ],
    "linear": [({"out": 5}, [VECTOR]), ({"out": 5, "bias": False}, [IMAGE])],
    "maxout": [({"out": 5, "pieces": 3}, [VECTOR]), ({"out": 5, "pieces": 2}, [IMAGE])],
    "embedding": [({"out": 3}, [CLASS])],
    "one-hot": [({}, [CLASS])],
    "bias": [({}, [IMAGE]), ({"init": {"kind": "normal", "std": 2}}, [VECTOR])],
    "scale": [({}, [IMAGE]), ({"init": "zeros"}, [VECTOR])],
    "constant": [
        ({"shape": [3, 4, 4]}, [VECTOR]),
        ({"shape": [7], "init": {"kind": "normal", "std": 1}}, [IMAGE]),
    ],
    "batch-norm": [({}, [IMAGE]), ({"affine": False}, [VECTOR]), ({}, [Tensor((3, 5))])],
    "instance-norm": [({}, [IMAGE]), ({"affine": True, "track": True}, [IMAGE])],
    "layer-norm": [({}, [IMAGE]), ({"affine": False}, [VECTOR]), ({}, [Tensor((3, 5))])],
    "group-norm": [({"groups": 2}, [IMAGE]), ({"groups": 3, "affine": False}, [VECTOR])],
    "pixel-norm": [({}, [IMAGE]), ({"eps": 1e-5}, [VECTOR])],
    "conditional-batch-norm": [({}, [IMAGE, CLASS]), ({"eps": 1e-4}, [IMAGE, VECTOR])],
    "projection": [({}, [VECTOR, CLASS]), ({}, [VECTOR, Tensor((7,))])],
    "relu": [({}, [IMAGE]), ({}, [Tensor(())])],
    "leaky-relu": [({}, [IMAGE]), ({"slope": 0.01}, [VECTOR])],
    "elu": [({}, [IMAGE])],
    "prelu": [({}, [IMAGE]), ({}, [VECTOR])],
    "tanh": [({}, [IMAGE])],
    "sigmoid": [({}, [IMAGE])],
    "softmax": [({}, [IMAGE]), ({}, [VECTOR])],
    "swish": [({}, [IMAGE])],
    "glu": [({}, [IMAGE]), ({}, [VECTOR])],
    "dropout": [
        ({"rate": 0.5}, [VECTOR]),
        ({"rate": 0.2, "spatial": True}, [IMAGE]),
        ({"rate": 0.5, "always": True}, [IMAGE]),
        ({"rate": 0.5, "always": True, "spatial": True}, [IMAGE]),
    ],
    "noise": [({}, [IMAGE]), ({"per": "layer", "init": "ones"}, [IMAGE])],
    "adain": [({}, [IMAGE, VECTOR]), ({"eps": 1e-5}, [IMAGE, Tensor((7,))])],
    "truncation": [
        ({"psi": 0.7}, [VECTOR]),
        ({"psi": 0.5, "first": 2, "decay": 0.9}, [STYLES]),
    ],
    "mix-styles": [({"probability": 0.9}, [STYLES, STYLES, Tensor((2,))])],
    "copy-styles": [({}, [STYLES, STYLES]), ({"start": 1, "end": 3}, [STYLES, STYLES])],
    "gaussian-noise": [({"std": 0.1}, [IMAGE])],
    "reshape": [
        ({"shape": [-1, 2, 2]}, [VECTOR]),
        ({"shape": [2, -1]}, [IMAGE]),
        ({"shape": [192]}, [IMAGE]),
        ({"shape": [1]}, [Tensor(())]),
    ],
    "flatten": [({}, [IMAGE]), ({}, [VECTOR])],
    "pixel-shuffle": [({}, [IMAGE])],
    "pad": [
        ({"sides": [1, 0, 2, 3]}, [IMAGE]),
        ({"sides": [1, 2, 0, 1], "mode": "reflect"}, [IMAGE]),
        ({"sides": [9, 2, 0, 1], "mode": "replicate"}, [IMAGE]),
    ],
    "crop": [({"sides": [1, 0, 2, 3]}, [IMAGE])],
    "upsample": [
        ({}, [IMAGE]),
        ({"scale": 3, "mode": "bilinear"}, [IMAGE]),
        ({"mode": "bicubic"}, [IMAGE]),
        ({"mode": "fir"}, [IMAGE]),
    ],
    "downsample": [({"mode": mode}, [IMAGE]) for mode in ("average", "bilinear", "bicubic", "fir")],
    "resize": [
        ({"size": 5}, [IMAGE]),
        ({"size": 9, "mode": "bilinear"}, [IMAGE]),
        ({"size": 3, "mode": "bilinear"}, [IMAGE]),
        ({"size": 7, "mode": "bicubic"}, [IMAGE]),
        ({"size": 8, "mode": "fir"}, [Tensor((4, 4, 4))]),
        ({"size": 2, "mode": "fir"}, [Tensor((4, 4, 4))]),
    ],
    "blur": [({}, [IMAGE]), ({"kernel": [1, 3, 3, 1]}, [IMAGE])],
    "augment": [
        ({"policy": "color,translation,cutout"}, [Tensor((3, 6, 8))]),
        ({"policy": "ada", "p": 0.6}, [Tensor((3, 6, 8))]),
        ({"policy": "ada,cutout", "p": 0.6, "strength": 0.5}, [Tensor((3, 6, 8))]),
        ({"policy": "ada-cutout", "p": 0.6}, [Tensor((1, 9, 9))]),
    ],
    "vgg-features": [
        ({"layer": "relu1_2"}, [Tensor((3, 6, 8))]),
        ({"model": "vgg16", "layer": "conv2_1", "range": [0, 1]}, [Tensor((1, 9, 4))]),
    ],
    "inception-features": [
        ({"layer": "Conv2d_2b_3x3"}, [Tensor((3, 9, 12))]),
        ({"layer": "Conv2d_3b_1x1", "range": [0, 1]}, [Tensor((1, 11, 13))]),
    ],
    "classifier-features": [
        ({"layer": "relu2"}, [Tensor((3, 6, 9))]),
        ({"size": 8, "layer": "relu3", "range": [0, 1]}, [Tensor((1, 7, 4))]),
    ],
    "max-pool": [({}, [IMAGE]), ({"size": 3}, [IMAGE])],
    "avg-pool": [({"size": 4}, [IMAGE])],
    "global-average": [({}, [IMAGE])],
    "global-sum": [({}, [IMAGE])],
    "concat": [({}, [IMAGE, Tensor((1, 6, 8))]), ({}, [VECTOR, VECTOR, VECTOR])],
    "split": [({"parts": 2}, [IMAGE]), ({"parts": 3}, [VECTOR])],
    "repeat": [({"count": 3}, [VECTOR])],
    "tile": [({}, [VECTOR, IMAGE])],
    "detach": [({}, [IMAGE]), ({}, [CLASS])],
    "roll": [({}, [IMAGE]), ({}, [CLASS])],
    "shuffle": [({}, [IMAGE, Tensor(())]), ({}, [CLASS, Tensor(())])],
    "sample-gaussian": [({}, [VECTOR, VECTOR, VECTOR]), ({}, [IMAGE, IMAGE, IMAGE])],
    "corrupt": [({}, [CLEAN, Tensor(())]), ({}, [replace(CLEAN, noise=PAIRS), Tensor(())])],
    "clean": [({}, [replace(CLEAN, noise=noise), Tensor(())]) for noise in NOISY],
    "lerp": [({}, [IMAGE, IMAGE, Tensor(())]), ({}, [VECTOR, VECTOR, VECTOR])],
    "interpolate": [
        ({}, [IMAGE, IMAGE, Tensor((1, 1, 1))]),
        ({}, [SCALES, SCALES, Tensor((1, 1, 1))]),
    ],
    "perturb": [({}, [IMAGE, IMAGE]), ({"strength": 2}, [VECTOR, VECTOR])],
    "squared-error": [({}, [IMAGE, IMAGE]), ({"norm": "l2"}, [VECTOR, VECTOR])],
    "absolute-error": [({}, [IMAGE, IMAGE]), ({"norm": "sum"}, [VECTOR, VECTOR])],
}

test_conformance = conformance("ganforge_blocks.plugin", SAMPLES)
