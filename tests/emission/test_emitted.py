"""The emitted script is the program that `train` runs: the same numbers without ganforge."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from ganforge.cli import main
from ganforge.codegen.fields import scaling
from ganforge.codegen.inline import SECTION
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

TINY = tomllib.loads((Path(__file__).parents[1] / "tiny.toml").read_text())
SPECS = sorted(path.stem for path in (Path(__file__).parents[2] / "specs").glob("*.toml"))
ALONE = (
    "import runpy, sys; sys.modules.update(ganforge=None, ganforge_blocks=None); "
    "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
EVERY = ["--log-every", "1"]
Script = Callable[[str], Path]


def tiny(spec: str) -> list[str]:
    return [part for key, value in TINY[spec].items() for part in ("--set", f"{key}={value}")]


def ganforge(*arguments: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        sys.argv = ["ganforge", *arguments]
        main()
    assert not stopped.value.code


def run_alone(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script where ganforge cannot be imported, as on another machine."""
    command = [sys.executable, "-c", ALONE, str(script), *arguments]
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Script:
    """The script of a shipped spec, at a size that trains in a moment; emitted once."""
    folder = tmp_path_factory.mktemp("scripts")

    def script(spec: str) -> Path:
        path = folder / f"{spec}.py"
        if not path.exists():
            ganforge("emit", spec, *tiny(spec), "-o", str(path))
        return path

    return script


def losses(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if "second" not in k} for line in lines]


def assert_same(one: Path, other: Path) -> None:
    checkpoint = sorted((one / "checkpoints").iterdir())[-1].name
    left, right = (
        load_file(run / "checkpoints" / checkpoint / "tensors.safetensors") for run in (one, other)
    )
    assert left.keys() == right.keys()
    assert all(left[name].equal(right[name]) for name in left)


@pytest.mark.parametrize("spec", SPECS)
def test_five_rounds_of_the_script_are_bit_for_bit_those_of_train(
    spec: str, emitted: Script, tmp_path: Path
) -> None:
    script = emitted(spec)
    ganforge("train", spec, *tiny(spec), "--out", str(tmp_path / "a"), "--rounds", "5", *EVERY)
    done = run_alone(
        script, "--out", str(tmp_path / "b"), "--rounds", "5", "--device", "cpu", *EVERY
    )
    assert done.returncode == 0, done.stderr
    assert_same(tmp_path / "a", tmp_path / "b")
    assert losses(tmp_path / "a") == losses(tmp_path / "b")


@pytest.mark.parametrize("spec", SPECS)
def test_a_resumed_run_equals_one_that_was_never_stopped(spec: str, tmp_path: Path) -> None:
    for run, rounds in (("a", "4"), ("b", "2")):
        ganforge(
            "train", spec, *tiny(spec), "--out", str(tmp_path / run), "--rounds", rounds, *EVERY
        )
    ganforge("train", str(tmp_path / "b"), "--resume", "--rounds", "4", *EVERY)
    assert_same(tmp_path / "a", tmp_path / "b")
    assert losses(tmp_path / "a") == losses(tmp_path / "b")


def test_a_script_keeps_to_what_a_player_has_of_its_own(tmp_path: Path) -> None:
    critic = {"clip_gradients": "0.1", "clip_weights": "0.05", "optimizer.weight_decay": "0.01"}
    critic["steps"] = "'3 if round < 2 else 1'"
    own = ["--set=train.update=alternating"]
    own += [f"--set=train.players.critic.{key}={value}" for key, value in critic.items()]
    script = tmp_path / "gan.py"
    ganforge("emit", "gan", *tiny("gan"), *own, "-o", str(script))
    ganforge("train", "gan", *tiny("gan"), *own, "--out", str(tmp_path / "a"), "--rounds", "4")
    done = run_alone(script, "--out", str(tmp_path / "b"), "--rounds", "4", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert_same(tmp_path / "a", tmp_path / "b")
    state = json.loads((tmp_path / "a" / "checkpoints" / "round-000004" / "state.json").read_text())
    assert state["counters"]["steps"] == {"critic": 8, "generator": 4}


def test_checkpoints_are_interchangeable_both_ways(emitted: Script, tmp_path: Path) -> None:
    script = emitted("dcgan")
    a, b, c = (str(tmp_path / name) for name in "abc")
    train = ("train", "dcgan", *tiny("dcgan"), *EVERY)
    ganforge(*train, "--out", a, "--rounds", "4")
    ganforge(*train, "--out", b, "--rounds", "2")
    for options in (("--out", b, "--rounds", "4", "--resume"), ("--out", c, "--rounds", "2")):
        done = run_alone(script, *options, "--device", "cpu", *EVERY)
        assert done.returncode == 0, done.stderr
    ganforge(*train, "--out", c, "--rounds", "4", "--resume")
    assert_same(tmp_path / "a", tmp_path / "b")
    assert_same(tmp_path / "a", tmp_path / "c")


def test_the_script_refuses_a_checkpoint_of_another_spec(emitted: Script, tmp_path: Path) -> None:
    script = emitted("dcgan")
    ganforge("train", "gan", *tiny("gan"), "--out", str(tmp_path / "run"), "--rounds", "1")
    done = run_alone(script, "--out", str(tmp_path / "run"), "--resume")
    assert done.returncode == 2
    assert "another spec" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("data", "code"), [("folder:empty", 2), ("shapes", 1)])
def test_a_script_exits_with_2_for_bad_data_and_with_1_where_training_breaks_down(
    data: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    script = tmp_path / "gan.py"
    ganforge("emit", "gan", *tiny("gan"), "--set", "train.optimizer.lr=1e14", "-o", str(script))
    data = data.replace("empty", str(tmp_path / "empty"))
    done = run_alone(script, "--out", str(tmp_path / "run"), "--data", data, "--rounds", "9")
    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("spec", SPECS)
def test_the_script_imports_torch_numpy_pillow_and_the_standard_library_only(
    spec: str, emitted: Script
) -> None:
    nodes = list(ast.walk(ast.parse(emitted(spec).read_text())))
    modules = [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]
    modules += [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    imported = {module.split(".")[0] for module in modules}
    assert imported <= {"torch", "numpy", "PIL", *sys.stdlib_module_names}


@pytest.mark.parametrize("spec", SPECS)
def test_the_script_passes_the_linter(spec: str, emitted: Script) -> None:
    assert_linted(emitted(spec))


def assert_linted(script: Path) -> None:
    ruff, plain = str(Path(sys.executable).parent / "ruff"), ("--isolated", "--line-length", "100")
    for command in (["check", "--select", "E,F,I,B,UP"], ["format", "--check"]):
        assert subprocess.run([ruff, *command, *plain, str(script)], check=False).returncode == 0


def test_emitting_with_another_source_of_data_inlines_that_source(tmp_path: Path) -> None:
    script = tmp_path / "dcgan.py"
    ganforge("emit", "dcgan", "--data", "idx:mnist", "-o", str(script))
    text = script.read_text()
    assert "def open_idx(" in text
    assert "def open_shapes(" not in text and "def open_folder(" not in text


def test_what_scripts_have_in_common_stands_behind_what_tells_them_apart(emitted: Script) -> None:
    parts = [emitted(spec).read_text().split(SECTION) for spec in ("dcgan", "infogan")]
    (own, rest), (_, other) = parts
    assert rest == other
    assert "def train(" in own and "def frozen(" in own and "def main(" in rest


@pytest.mark.parametrize("wrong", ["--rounds=0", "--log-every=0", "--kimg=-1", "--device=cuda:99"])
def test_options_that_cannot_be_are_one_message(
    wrong: str, emitted: Script, tmp_path: Path
) -> None:
    done = run_alone(emitted("dcgan"), "--out", str(tmp_path / "run"), wrong)
    assert done.returncode == 2
    assert "error: " in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_live_number_without_a_value_is_one_message(tmp_path: Path) -> None:
    script, images = tmp_path / "dcgan.py", tmp_path / "images"
    images.mkdir()
    for k in range(5):
        Image.new("RGB", (20, 20), (50 * k, 0, 0)).save(images / f"{k}.png")
    change = ["--set", "train.optimizer.lr='1e-4 / abs(epoch - 2.4)'"]
    ganforge("emit", "dcgan", *tiny("dcgan"), *change, "-o", str(script))
    done = run_alone(script, "--out", str(tmp_path / "run"), "--data", f"folder:{images}")
    assert done.returncode == 1
    assert done.stderr.startswith("error: In round 3 the live number `lr` has no value")
    assert "Traceback" not in done.stderr


def test_ctrl_c_saves_and_says_how_to_go_on(emitted: Script, tmp_path: Path) -> None:
    script, run = emitted("dcgan"), tmp_path / "my run"
    command = [sys.executable, str(script), "--out", str(run), "--device", "cpu", *EVERY]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith("round 1 ")
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert f"go on with: python {script} --out '{run}' --device cpu --log-every 1 --resume" in told
    (checkpoint,) = (run / "checkpoints").iterdir()
    assert int(checkpoint.name[6:]) == len(losses(run))


RELABELLED = {
    "acgan": [
        "data.fields.label.labelled=20",
        "data.fields.label.labelled_share=0.5",
        "data.fields.label.corrupt={ kind = 'symmetric', rate = 0.5, seed = 3 }",
    ],
    "sngan-projection": [
        "data.fields.label.corrupt={ kind = 'pairs', rate = 0.4, pairs = [[0, 1], [2, 1]] }",
        "conditioning.y.noise={ kind = 'pairs', rate = 0.4, pairs = [[0, 1], [2, 1]] }",
        "flow.noisy=corrupt(y)",
        "flow.cleaned=clean(label)",
        "losses.adversarial.real=D(x, cleaned)",
        "losses.adversarial.fake=D(fake, noisy)",
    ],
    "acgan-cifar": [
        "classes=2",
        "data.fields.label.corrupt={ kind = 'matrix', rows = [[0.9, 0.1], [0.4, 0.6]] }",
        "conditioning.y.noise={ kind = 'matrix', rows = [[0.9, 0.1], [0.4, 0.6]] }",
        "flow.cleaned=clean(label)",
        "losses.cleaned={ kind='auxiliary-class', logits='on_real.label', target='cleaned' }",
        "losses.class_real.noise=y",
    ],
}


@pytest.mark.parametrize("spec", RELABELLED)
def test_hidden_and_noisy_labels_are_the_same_in_the_script_and_after_resuming(
    spec: str, tmp_path: Path
) -> None:
    changed = [part for value in RELABELLED[spec] for part in ("--set", value)]
    script, whole = tmp_path / "script.py", tmp_path / "whole"
    ganforge("emit", spec, *tiny(spec), *changed, "-o", str(script))
    assert_linted(script)
    ganforge("train", spec, *tiny(spec), *changed, "--out", str(whole), "--rounds", "3", *EVERY)
    for rounds, resume in (("1", []), ("3", ["--resume"])):
        options = ["--out", str(tmp_path / "alone"), "--rounds", rounds, "--device", "cpu"]
        done = run_alone(script, *options, *resume, *EVERY)
        assert done.returncode == 0, done.stderr
    assert_same(whole, tmp_path / "alone")


@pytest.mark.parametrize("spec", RELABELLED)
def test_a_round_with_hidden_or_noisy_labels_runs_on_the_meta_device(spec: str) -> None:
    overrides = [*(f"{key}={value}" for key, value in TINY[spec].items()), *RELABELLED[spec]]
    module = import_program(compile_spec(spec, overrides).program().text)
    state = module.build(0, torch.device("meta"))
    data = module.open_data("shapes")
    if hasattr(module, "Downsampled"):
        data = module.Downsampled(data, module.FIELDS["x"]["size"][0], ["x"]).at(state.stage.res)
    drawn = module.draw(state, data)
    losses = module.train_round(state, *(on_meta(values) for values in drawn))
    assert losses and all(loss.is_meta for loss in losses.values())


def on_meta(values: Any) -> Any:
    """What a round draws, on the meta device: tensors, or tuples and lists of them by step."""
    if isinstance(values, torch.Tensor):
        return values.to("meta")
    return type(values)(on_meta(value) for value in values)


@pytest.mark.parametrize("spec", SPECS)
def test_a_round_runs_on_the_meta_device(spec: str) -> None:
    overrides = [f"{key}={value}" for key, value in TINY[spec].items()]
    module = import_program(compile_spec(spec, overrides).program().text)
    state = module.build(0, torch.device("meta"))
    data = module.open_data("shapes")
    if hasattr(module, "Downsampled"):
        data = module.Downsampled(data, module.FIELDS["x"]["size"][0], ["x"]).at(state.stage.res)
    drawn = module.draw(state, data)
    losses = module.train_round(state, *(on_meta(values) for values in drawn))
    assert losses and all(loss.is_meta and loss.shape == () for loss in losses.values())
    assert min(state.steps.values()) == 1


def test_bytes_are_scaled_to_the_range_of_the_field() -> None:
    raw = torch.tensor([0, 51, 255], dtype=torch.uint8)
    for low, high in ((-1, 1), (0, 1), (0.5, 2), (-3, 0)):
        scaled = eval(f"raw{scaling(low, high)}", {"raw": raw})
        middle = low + (high - low) / 5
        assert scaled.dtype == torch.float32
        assert scaled.tolist() == pytest.approx([low, middle, high], abs=1e-6)


def test_classes_of_folders_are_read_only_where_a_field_asks_for_them() -> None:
    label = ["data.fields.y.kind=class", "data.fields.y.classes=3"]
    assert "class_folder" not in compile_spec("dcgan").program().text
    assert "open_class_folder(path, FIELDS)" in compile_spec("dcgan", label).program().text
