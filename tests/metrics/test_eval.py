"""`ganforge eval`: names, what is compared with what, and what is left as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from PIL import Image

import ganforge as package
from ganforge.locate import compile_sound
from ganforge.metrics.evaluation import Request, evaluate
from ganforge.metrics.extractor import load_extractor
from ganforge.metrics.measured import measured
from ganforge.runs.loading import load_run
from ganforge.runtime.samples import as_bytes

Command = Callable[..., Result]
FEW = ("-n", "40", "--batch", "16")


def results(output: str) -> Any:
    return json.loads(output)["results"]


def test_every_figure_names_extractor_count_and_seed(
    ganforge: Command, made: Path, features: str
) -> None:
    run = str(made / "conditional")
    result = ganforge("eval", run, "--features", features, *FEW, "--seed", "3")
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head == f"{run}, round 1; training images: shapes"
    names = ("fid", "kid", "precision", "recall", "accuracy")
    assert [line.split()[0] for line in lines] == [f"{n}[classifier-shapes]" for n in names]
    assert all(line.endswith("  40 samples, 40 real, seed 3") for line in lines)
    kept = made / "conditional/metrics/round-000001-classifier-shapes-40-3.json"
    record = json.loads(kept.read_text())
    assert record["extractor"]["accuracy"] > 0
    for found in record["results"].values():
        assert (found["samples"], found["real"], found["seed"]) == (40, 40, 3)
        assert found["extractor"] == "classifier-shapes"


def test_json_is_the_kept_record_and_a_seed_repeats_it(
    ganforge: Command, made: Path, features: str
) -> None:
    arguments = ("eval", str(made / "conditional"), "--features", features, *FEW, "--json")
    one, again = ganforge(*arguments).stdout, ganforge(*arguments).stdout
    other = ganforge(*arguments, "--seed", "1").stdout
    assert one == again
    assert results(one) != results(other)
    kept = made / "conditional/metrics/round-000001-classifier-shapes-40-0.json"
    assert kept.read_text() == one


def test_metrics_can_be_chosen(ganforge: Command, made: Path, features: str) -> None:
    run = str(made / "conditional")
    arguments = ("eval", run, "--features", features, *FEW, "--json")
    chosen = results(ganforge(*arguments, "--metric", "recall", "--metric", "fid").stdout)
    assert chosen.keys() == {"recall[classifier-shapes]", "fid[classifier-shapes]"}


def test_accuracy_is_the_agreement_with_the_classes_asked_for(made: Path, features: str) -> None:
    request = Request(made / "conditional", Path(features), 40, batch=40, metrics=("accuracy",))
    (found,) = evaluate(request).results.values()
    extractor, loaded = load_extractor(Path(features), "cpu"), load_run(made / "conditional")
    asked = torch.arange(40) % 10
    import zlib

    images = loaded.module.sample(loaded.state, 40, zlib.crc32(b"0 metrics 0"), asked)
    recognised = extractor.read(as_bytes(images, -1, 1))[1]
    assert found["value"] == (recognised == asked).double().mean().item()


def test_samples_are_made_for_the_classes_that_are_asked_for(made: Path) -> None:
    loaded = load_run(made / "conditional")
    one, two = torch.zeros(16, dtype=torch.int64), torch.arange(16) // 8
    of_one, of_two = (loaded.module.sample(loaded.state, 16, 0, asked) for asked in (one, two))
    assert torch.equal(of_one[:8], of_two[:8])
    assert not torch.equal(of_one[8:], of_two[8:])


def test_real_images_beside_themselves_are_the_best_there_is(made: Path, features: str) -> None:
    from ganforge.metrics.figures import Compared, figures
    from ganforge.plugins.registry import load_registry

    extractor = load_extractor(Path(features), "cpu")
    loaded = load_run(made / "conditional")
    real, classes = extractor.read(loaded.module.open_data("shapes").read(list(range(64)))["x"])
    metrics = load_registry().metrics
    found = figures(metrics, Compared(real, real, classes, classes), extractor.name).records
    values = {name.partition("[")[0]: record["value"] for name, record in found.items()}
    assert values["fid"] == pytest.approx(0, abs=1e-4)
    assert (values["precision"], values["recall"], values["accuracy"]) == (1, 1, 1)


def test_a_run_is_left_as_it_was(
    ganforge: Command, made: Path, features: str, folder: Path
) -> None:
    shutil.copytree(made / "conditional", "run", ignore=shutil.ignore_patterns("metrics"))
    before = {p: p.read_bytes() for p in Path("run").rglob("*") if p.is_file()}
    state = torch.get_rng_state()
    ganforge("eval", "run", "--features", features, *FEW)
    assert torch.equal(torch.get_rng_state(), state)
    assert {path: path.read_bytes() for path in before} == before


def test_the_average_is_measured_where_samples_show_it(made: Path, features: str) -> None:
    spec = (made / "conditional/spec.toml").read_text()
    averaged = spec.replace("[train]\n", "[train]\nema = { decay = 0.5 }\n")
    package.train(averaged, out="averaged", rounds=3)
    request = Request(Path("averaged"), Path(features), 40, metrics=("fid",))
    (one,) = evaluate(request).results.values()
    loaded = load_run(Path("averaged"))
    weights = loaded.state.averages["G"].state_dict()
    assert any(
        not torch.equal(value, loaded.state.networks["G"].state_dict()[key])
        for key, value in weights.items()
    )
    checkpoint = next(Path("averaged/checkpoints").iterdir()) / "tensors.safetensors"
    from ganforge.runtime.safetensors import read_tensors, write_tensors

    tensors = read_tensors(checkpoint)
    changed = {k: v * (0 if k.startswith("networks.G") else 1) for k, v in tensors.items()}
    write_tensors(checkpoint, changed)
    (other,) = evaluate(request).results.values()
    assert one == other


def test_translated_images_are_compared_with_those_of_the_target_domain(
    ganforge: Command, made: Path, features: str
) -> None:
    plan = compile_sound(made / "translation").plan
    assert plan is not None
    of = measured(plan)
    assert (of.real, of.inputs, of.classes) == ("b", ("a",), 0)
    result = ganforge("eval", str(made / "translation"), "--features", features, *FEW, "--json")
    found = results(result.stdout)
    assert "accuracy[classifier-shapes]" not in found
    assert {(record["samples"], record["real"]) for record in found.values()} == {(24, 24)}


@pytest.mark.parametrize(
    ("run", "arguments", "message"),
    [
        ("translation", ("--metric", "accuracy"), "no accuracy: samples are not made by class"),
        ("conditional", ("--features", "nowhere"), "nowhere is no extractor: it has no"),
        ("conditional", ("--data", "idx:nowhere"), "there is no file or folder nowhere"),
        ("nothing", (), "is no run"),
    ],
)
def test_what_cannot_be_measured_exits_with_2_and_the_reason(
    ganforge: Command, made: Path, features: str, run: str, arguments: tuple[str, ...], message: str
) -> None:
    result = ganforge("eval", str(made / run), "--features", features, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr


def test_an_extractor_of_other_classes_gives_all_but_accuracy(
    ganforge: Command, made: Path
) -> None:
    small = ("--size", "16", "--count", "60", "--epochs", "1", "--name", "five")
    ganforge("train-features", "shapes", *small, "--classes", "5")
    arguments = ("eval", str(made / "conditional"), "--features", "features/five", *FEW)
    assert "accuracy" not in ganforge(*arguments).stdout
    refused = ganforge(*arguments, "--metric", "accuracy")
    assert "no accuracy: samples have 10 classes, five knows 5" in refused.stderr


def test_images_held_out_of_training_are_the_real_ones(
    ganforge: Command, made: Path, features: str
) -> None:
    spec = (made / "conditional/spec.toml").read_text()
    package.train(spec.replace("count = 64", "count = 64\nholdout = 24"), out="held")
    arguments = ("eval", "held", "--features", features, *FEW)
    lines = ganforge(*arguments).stdout.splitlines()
    assert lines[0] == "held, round 1; held-out images: shapes"
    assert lines[1].endswith("40 samples, 24 real, seed 0")


def test_other_data_are_taken_whole(ganforge: Command, made: Path, features: str) -> None:
    spec = (made / "conditional/spec.toml").read_text()
    package.train(spec.replace("count = 64", "count = 64\nholdout = 24"), out="held")
    for k in range(10):
        Path("images", str(k)).mkdir(parents=True)
        Image.new("L", (16, 16), 20 * k).save(f"images/{k}/0.png")
    arguments = ("eval", "held", "--features", features, *FEW, "--data", "folder:images")
    lines = ganforge(*arguments).stdout.splitlines()
    assert lines[0] == f"held, round 1; other images: folder:{Path('images').resolve()}"
    assert lines[1].endswith("40 samples, 10 real, seed 0")


def test_each_domain_gives_every_image_of_its_own_once(made: Path, features: str) -> None:
    for domain, count in (("a", 9), ("b", 12)):
        Path("two", domain).mkdir(parents=True)
        for k in range(count):
            Image.new("L", (20, 20), 20 * k).save(f"two/{domain}/{k}.png")
    spec = (made / "translation/spec.toml").read_text()
    spec = spec.replace("count = 24", "paired = false\nload_size = 20")
    spec = spec.replace('source = "shapes"', 'source = "folder"').replace("D(a, b)", "D(b, b)")
    fields = spec.replace("b = { kind", 'b = { from = "b", kind').replace(
        "a = { kind", 'a = { from = "a", kind'
    )
    package.train(fields.replace("D(a, fake)", "D(fake, fake)"), data="folder:two", out="run")
    found = evaluate(Request(Path("run"), Path(features), 40, metrics=("fid",))).results
    (record,) = found.values()
    assert (record["samples"], record["real"]) == (9, 12)
