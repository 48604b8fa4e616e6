"""`make zoo`: trains every shipped spec for at least 200 rounds at the size of `tests/tiny.toml`,
and those of the plugins beside ganforge that are installed.

With GANFORGE_SHARED the data is real: clothes of ten classes, pairs of photographs and their
segmentations, their conditions as attributes, two styles of emoji; what needs texts keeps the drawn
shapes of its spec. A run is in order if it ends without an error or a warning, its losses stay
finite, and its samples differ from each other. `run.py NAME...` trains some only. Prints a
Markdown table; the exit code is 1 if a run is not in order.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from PIL import Image

from ganforge.document import shipped_names
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import load_registry
from ganforge.spec.train import LENGTHS

ROOT = Path(__file__).parents[2]
OUT = ROOT / "zoo"
TINY = tomllib.loads((ROOT / "tests" / "tiny.toml").read_text())
# At its tiny size its signals fade from layer to layer, and its rate ends after some rounds.
TINY["began"] |= {"n": 48, "train.optimizer.lr.window": 10_000}
# Its rate of 0.1 is too high for smaller batches.
TINY["cgan"] |= {"train.batch": 100}
ROUNDS = 200
LONGER = {"began": 400, "cgan": 1500}
"""What learns slowly at first: its samples are alike after 200 rounds."""
LEAST = 2.0
"""How much samples must differ, in levels of 256: the mean deviation of a pixel over them."""


PAIRS = {
    "source": "folder",
    "fields": {
        "a": {"kind": "image", "from": "train/segmented", "channels": 3, "size": "size"},
        "b": {"kind": "image", "from": "train/color", "channels": 3, "size": "size"},
    },
}
"""The photographs of leaves, each with its segmentation."""
STYLES = ("noto_emoji/noto_emoji_128.zip", "openmoji/openmoji_128.zip")
KNOWN = "random weights"
"""What srgan says of its features where it is given no file of weights."""
DRAWN = ("stackgan",)
"""What needs texts."""
LEAVES = "plantvillage_apple/plantvillage_apple_256.zip"
CONDITIONS = ["black_rot", "healthy", "rust", "scab"]
"""The folders of the photographs, each an attribute of the leaves in it."""


def put(tree: dict[str, Any], key: str, value: object) -> None:
    """Sets a value by its dotted key."""
    *above, last = key.split(".")
    for step in above:
        tree = tree.setdefault(step, {})
    tree[last] = value


def params(name: str) -> list[str]:
    """The params of the tiny size as `--set` takes them: what declares them stays in the spec."""
    return [f"{k}={json.dumps(v)}" for k, v in TINY.get(name, {}).items() if "." not in k]


def tiny_spec(name: str) -> dict[str, Any]:
    """A spec that extends the shipped one: at the tiny size, its stages of equally many rounds."""
    tree: dict[str, Any] = {"ganforge": 1, "extends": name, "without": []}
    for key, value in TINY.get(name, {}).items():
        if "." in key:
            put(tree, key, value)
    compilation = compile_spec(tomli_w.dumps(tree), params(name))
    assert compilation.graph is not None, str(compilation.report)
    specs = [graph.spec for graph in compilation.graph.stages]
    each = math.ceil(LONGER.get(name, ROUNDS) / max(1, len(specs)))
    for spec in specs:
        assert spec.stage is not None
        key, kimg = f"stages.{spec.stage.key}", each * spec.train.batch / 1000
        lengths = [unit for unit in LENGTHS if getattr(spec.train, unit) is not None]
        if lengths == ["kimg"]:
            put(tree, f"{key}.kimg", kimg / 2 if spec.stage.fades else kimg)
        else:
            for unit in lengths:
                tree.get("stages", {}).get(spec.stage.key, {}).pop(unit, None)
            tree["without"] += [f"{key}.{unit}" for unit in lengths if unit != "rounds"]
            put(tree, f"{key}.rounds", each)
        if spec.stage.fades:
            put(tree, f"{key}.fade_kimg", kimg / 2)
    tree["without"] = sorted(set(tree["without"]))
    return tree


def real_data(tree: dict[str, Any], name: str) -> list[str]:
    """The options that name real data, where it is there and serves the spec; for pairs the spec
    says which images they are.
    """
    shared = os.environ.get("GANFORGE_SHARED")
    if shared is None or name in DRAWN:
        return []
    folder = (Path(shared) / "data").resolve()
    if name.startswith("pix2pix"):
        tree["data"] = PAIRS
        tree["without"] += ["data.load_size", "data.crop", "data.flip"]
        return ["--data", f"folder:{folder}/{LEAVES}"]
    if name == "stargan":
        put(tree, "data.source", "folder")
        put(tree, "data.fields.c", {"names": CONDITIONS, "exclusive": [[0, 1, 2, 3]]})
        put(tree, "params.attributes", len(CONDITIONS))
        return ["--data", f"folder:{leaves(folder)}"]
    if name.startswith("cyclegan"):
        return ["--data", f"folder:{styles(folder)}"]
    if name == "srgan":
        return ["--data", f"folder:{folder}/skimage_photos/skimage_photos.zip"]
    return ["--data", f"idx:{folder}/fashion_mnist"]


def styles(folder: Path) -> Path:
    """200 emoji of each of two styles, a folder each."""
    for archive in STYLES:
        with zipfile.ZipFile(folder / archive) as opened:
            names = [name for name in opened.namelist() if name.endswith(".png")][:200]
            opened.extractall(OUT / "styles" / Path(archive).parent, names)
    return OUT / "styles"


def leaves(folder: Path) -> Path:
    """The photographs of leaves, a folder for each condition."""
    with zipfile.ZipFile(folder / LEAVES) as opened:
        names = [name for name in opened.namelist() if name.startswith("train/color/")]
        opened.extractall(OUT / "leaves", names)
    return OUT / "leaves" / "train" / "color"


def differing(picture: Path, count: int = 8) -> float:
    """The mean deviation of a pixel over the images of a grid's first row, in levels of 256."""
    pixels = np.asarray(Image.open(picture).convert("RGB"), dtype=np.float32)
    side = pixels.shape[1] // count
    row = [pixels[:side, k * side : (k + 1) * side] for k in range(count)]
    return float(np.stack(row).std(0).mean())


def train(name: str) -> tuple[bool, str]:
    """Trains a spec; whether the run is in order, and its row of the table."""
    tree = tiny_spec(name)
    data = real_data(tree, name)
    OUT.mkdir(exist_ok=True)
    path, out = OUT / f"{name}.toml", OUT / name
    path.write_text(tomli_w.dumps(tree))
    lengths = [] if "stages" in tree else ["--rounds", str(LONGER.get(name, ROUNDS))]
    command = [sys.executable, "-m", "ganforge", "train", str(path), *data, *lengths]
    command += [part for value in params(name) for part in ("--set", value)]
    command += ["--out", str(out), "--overwrite", "--log-every", "10", "--sample-every", "200"]
    done = subprocess.run(command, capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if "arning" in line and KNOWN not in line]
    if done.returncode != 0 or told:
        return False, f"| {name} | | | {(done.stderr.strip().splitlines() or ['?'])[-1]} |"
    rows = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    losses = {k for k in rows[-1] if k not in ("round", "kimg", "epoch", "images_per_second")}
    numbers = [row[k] for row in rows for k in losses & row.keys() if isinstance(row[k], float)]
    finite = bool(numbers) and all(map(math.isfinite, numbers))
    spread = differing(out / "samples.png")
    said = "in order" if finite and spread >= LEAST else "samples are alike" if finite else "NaN"
    row = f"| {name} | {rows[-1]['round']} | {spread:.1f} | {said} |"
    return said == "in order", row


def main() -> None:
    print("| spec | rounds | deviation of samples | |\n| --- | --- | --- | --- |", flush=True)
    failed = False
    for name in sys.argv[1:] or [*shipped_names(), *sorted(TINY.keys() & load_registry().specs)]:
        ok, row = train(name)
        failed |= not ok
        print(row, flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
