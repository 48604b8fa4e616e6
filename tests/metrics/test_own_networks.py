"""`ganforge eval --classify` and `--neighbours`: what a run's own networks recognise."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from torch import Tensor

import ganforge as package
from ganforge.metrics.recognition import class_accuracy, neighbour_accuracy
from ganforge.runs.loading import load_run
from ganforge.runtime.labels import PartlyLabelled

Command = Callable[..., Result]

SPEC = """
ganforge = 1
[gan]
name = "telling"
[data]
source = "shapes"
count = 80
holdout = 30
[data.fields]
x = { kind = "image", channels = 1, size = 16, range = [0, 1] }
y = { kind = "class", classes = 10, labelled = 20, labelled_share = 0.5 }
[latents]
z = { distribution = "normal", size = 4 }
[networks.G]
inputs = ["z"]
layers = [
  { block = "linear", out = 256, act = "sigmoid" },
  { block = "reshape", shape = [1, 16, 16] },
]
[networks.E]
layers = [{ block = "linear", out = 4, norm = "batch" }, { block = "dropout", rate = 0.5 }]
[networks.D]
inputs = ["x", "z"]
layers = [
  { id = "h", block = "linear", out = 16, norm = "batch", act = "leaky-relu", from = "flatten(x)" },
  { id = "score", side = true, block = "linear", out = 1, from = "concat(h, z)" },
  { id = "label", block = "linear", out = 10, from = "h" },
]
outputs = { score = "score", label = "label" }
[flow]
fake = "G(z)"
code = "E(x)"
on_real = "D(x, code)"
on_fake = "D(fake, z)"
[losses.adversarial]
kind = "adversarial"
objective = "non-saturating"
real = "on_real.score"
fake = "on_fake.score"
[losses.class]
kind = "auxiliary-class"
logits = "on_real.label"
target = "y"
[train]
batch = 10
rounds = 8
optimizer = { kind = "adam", lr = 1e-2 }
[sample]
images = ["fake"]
"""
UNLABELLED = SPEC.replace(SPEC[SPEC.index("y = {") : SPEC.index("[latents]")], "")
UNLABELLED = UNLABELLED.replace("[losses.class]", "[losses.same]").replace(
    'kind = "auxiliary-class"\nlogits = "on_real.label"\ntarget = "y"',
    'kind = "reconstruction"\noriginal = "x"\nreconstruction = "G(code)"',
)
UNLABELLED = UNLABELLED.replace(
    '  { id = "label", block = "linear", out = 10, from = "h" },\n', ""
).replace('outputs = { score = "score", label = "label" }\n', 'outputs = { score = "score" }\n')


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("own") / "run"
    package.train(SPEC, out=folder)
    return str(folder)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("own") / "run"
    package.train(UNLABELLED, out=folder)
    return str(folder)


def held_out(run: str) -> tuple[Any, dict[str, Tensor], dict[str, Tensor]]:
    """A run's networks, its training samples and its held-out samples, images in 0..1."""
    loaded = load_run(Path(run), "cpu")
    data = loaded.module.open_data("shapes")
    parts = [part.read(list(range(part.count))) for part in (data, data.held_out)]
    for part in parts:
        part["x"] = part["x"] / 255
    return loaded.state, *parts


def results(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["results"]


def test_logits_are_right_where_the_label_has_the_largest(ganforge: Command, telling: str) -> None:
    state, _, unseen = held_out(telling)
    critic, encoder = (state.networks[name].eval() for name in "DE")
    with torch.no_grad():
        recognised = critic(unseen["x"], encoder(unseen["x"]))["label"].argmax(1)
    right = (recognised == unseen["y"]).double().mean().item()
    found = results(ganforge("eval", telling, "--classify", "on_real.label", "--json"))
    (record,) = found.values()
    assert record == {
        "value": right,
        "recognised": 30,
        "label": "y",
        "classes": 10,
        "seed": 0,
    }
    assert list(found) == ["class-accuracy[on_real.label]"]


def test_neighbours_of_held_out_images_are_sought_among_training_images(
    ganforge: Command, telling: str
) -> None:
    state, seen, unseen = held_out(telling)
    encoder = state.networks["E"].eval()
    with torch.no_grad():
        gallery, queries = encoder(seen["x"]), encoder(unseen["x"])
    nearest = ((queries[:, None] - gallery[None]) ** 2).sum(2).argmin(1)
    right = (seen["y"][nearest] == unseen["y"]).double().mean().item()
    (record,) = results(ganforge("eval", telling, "--neighbours", "code", "--json")).values()
    assert record["value"] == right
    assert (record["gallery"], record["recognised"], record["neighbours"]) == (50, 30, 1)


def test_the_table_says_of_how_many_images_each_figure_is(ganforge: Command, telling: str) -> None:
    arguments = ("--classify", "D(x, E(x)).label", "--neighbours", "x", "--nearest", "3")
    result = ganforge("eval", telling, *arguments, "--gallery", "40", "-n", "20", "--seed", "2")
    assert result.exit_code == 0, result.output
    head, one, other = result.stdout.splitlines()
    assert head == f"{telling}, round 8; held-out images: shapes"
    assert one.startswith("class-accuracy[D(x, E(x)).label]  ")
    assert one.endswith("  20 images, seed 2")
    assert other.startswith("3-nn-accuracy[x]  ")
    assert other.endswith("  20 images among 40 training images, seed 2")
    assert (Path(telling) / "metrics/round-000008-D-x-E-x-.label-x-20-2.json").exists()


def test_figures_of_networks_stand_beside_those_of_samples(
    ganforge: Command, telling: str, features: str
) -> None:
    few = ("-n", "30", "--metric", "fid", "--json")
    result = ganforge("eval", telling, "--features", features, "--neighbours", "code", *few)
    assert results(result).keys() == {"fid[classifier-shapes]", "1-nn-accuracy[code]"}


def test_other_images_are_recognised_and_the_gallery_stays_the_run_s_own(
    ganforge: Command, telling: str, folder: Path
) -> None:
    write_idx(folder / "t10k", 12)
    place = f"idx:{folder / 't10k-images'}"
    arguments = ("--classify", "on_real.label", "--neighbours", "code", "--data", place)
    result = ganforge("eval", telling, *arguments)
    assert result.exit_code == 0, result.output
    head, one, other = result.stdout.splitlines()
    assert head.endswith(f"other images: {place}")
    assert one.endswith("  12 images, seed 0")
    assert other.endswith("  12 images among 50 training images, seed 0")


def write_idx(start: Path, count: int) -> None:
    """Images of one grey each, whose labels are 0 to 9 in turn."""
    images = bytes(k for k in range(count) for _ in range(256))
    head = struct.pack(">4BIII", 0, 0, 8, 3, count, 16, 16)
    Path(f"{start}-images").write_bytes(gzip.compress(head + images))
    labels = bytes(k % 10 for k in range(count))
    Path(f"{start}-labels").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + labels)


def test_a_spec_without_labels_takes_those_of_the_data(ganforge: Command, unlabelled: str) -> None:
    refused = ganforge("eval", unlabelled, "--neighbours", "code")
    assert refused.exit_code == 2
    assert "no class field, and accuracy needs labels: say with `--classes N`" in refused.stderr
    arguments = ("--neighbours", "code", "--classes", "10", "--json")
    (record,) = results(ganforge("eval", unlabelled, *arguments)).values()
    assert (record["label"], record["gallery"], record["recognised"]) == ("label", 50, 30)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--classify", "on_reel.label"), "`--classify on_reel.label`: no tensor `on_reel` is"),
        (("--classify", "on_reel.label"), "did you mean the tensor `on_real`?"),
        (("--classify", "on_real"), "choose one: `on_real.score`, `on_real.label`"),
        (("--classify", "on_real.score"), "is 1, and `y` has 10 classes: name the logits"),
        (("--classify", "on_fake.label"), "is made from `z`, and images alone are given"),
        (("--classify", "one_hot(y)"), "is made from `y`, and images alone are given"),
        (("--neighbours", "cod"), "`--neighbours cod`: no tensor `cod` is known here"),
        (("--neighbours", "E(E(x))"), "`E` is called with 4, and its layers were sized for"),
        (("--neighbours", "[x, x]"), "is [1 x 16 x 16, 1 x 16 x 16]: name one tensor"),
        (("--neighbours", "code", "--nearest", "51"), "51 neighbours are asked for among 50"),
        (("--neighbours", "code", "--labels", "yy"), "did you mean the class field `y`?"),
        (("--neighbours", "code", "--classes", "5"), "`y` has 10 classes: leave `--classes` out"),
        ((), "nothing is asked for: say `--features FOLDER`"),
        (("--metric", "fid"), "`--metric fid` is measured by features"),
    ],
)
def test_what_cannot_be_recognised_exits_with_2_and_the_reason(
    ganforge: Command, telling: str, arguments: tuple[str, ...], message: str
) -> None:
    result = ganforge("eval", telling, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr


def test_images_that_training_has_seen_are_refused(ganforge: Command, folder: Path) -> None:
    package.train(SPEC.replace("holdout = 30\n", ""), out="all", rounds=1)
    for arguments in ((), ("--data", "shapes")):
        result = ganforge("eval", "all", "--classify", "on_real.label", *arguments)
        assert result.exit_code == 2
        assert "trained on all images of shapes: name others by `--data`" in result.stderr


def test_of_most_frequent_labels_that_of_the_nearest_is_taken() -> None:
    gallery = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    known = torch.tensor([5, 6, 6, 7])
    queries = torch.tensor([[0.1], [0.1], [9.0]])
    for neighbours, recognised in ((1, [5, 5, 7]), (2, [5, 5, 7]), (3, [6, 6, 6])):
        labels = torch.tensor(recognised)
        assert neighbour_accuracy(gallery, known, queries, labels, neighbours) == 1
        wrong = torch.where(torch.arange(3) == 1, 0, labels)
        found = neighbour_accuracy(gallery, known, queries, wrong, neighbours)
        assert found == pytest.approx(2 / 3)


def test_class_accuracy_counts_the_largest_logits() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0], [3.0, -1.0, 0.0], [0.0, 0.0, 0.5], [1.0, 0.0, 0.0]])
    assert class_accuracy(logits, torch.tensor([1, 0, 2, 2])) == 0.75


PLAIN = """
ganforge = 1
extends = "sgan"
without = ["losses.adversarial", "networks.G", "flow.fake", "flow.on_fake", "latents", "sample"]

[gan]
name = "plain"
"""


def test_a_classifier_alone_trains_on_the_labels_of_the_gan_it_is_compared_with(
    ganforge: Command, folder: Path
) -> None:
    settings = {"labelled": 20, "data": {"count": 100, "holdout": 40}, "train": {"batch": 8}}
    package.train(PLAIN, settings, out="plain", rounds=3)
    package.train("sgan", settings, out="sgan", rounds=3)
    plain, whole = load_run(Path("plain")), load_run(Path("sgan"))
    opened = [loaded.module.open_data("shapes") for loaded in (plain, whole)]
    assert all(isinstance(data, PartlyLabelled) for data in opened)
    assert opened[0].labelled == opened[1].labelled and len(opened[0].labelled) == 20
    result = ganforge("eval", "plain", "--classify", "on_real.label", "--json")
    assert results(result)["class-accuracy[on_real.label]"]["recognised"] == 40


def test_a_run_that_makes_no_images_has_nothing_to_sample(ganforge: Command, folder: Path) -> None:
    package.train(PLAIN, {"labelled": 20, "data": {"count": 100}}, out="plain", rounds=1)
    assert not (folder / "plain/samples.png").exists()
    result = ganforge("sample", "plain")
    assert result.exit_code == 2
    assert result.stderr == "error: `plain` makes no images: there is nothing to sample\n"


def test_a_run_in_stages_is_read_as_its_last_checkpoint_has_it(
    ganforge: Command, folder: Path
) -> None:
    stages = """
[stages.first]
rounds = 3
[stages.second]
rounds = 4
optimizer = { kind = "adam", lr = 1e-3 }
"""
    package.train(SPEC.replace("rounds = 8\n", "") + stages, out="staged")
    state, _, unseen = held_out("staged")
    critic, encoder = (state.networks[name].eval() for name in "DE")
    with torch.no_grad():
        recognised = critic(unseen["x"], encoder(unseen["x"]))["label"].argmax(1)
    right = (recognised == unseen["y"]).double().mean().item()
    (record,) = results(
        ganforge("eval", "staged", "--classify", "on_real.label", "--json")
    ).values()
    assert record["value"] == right
