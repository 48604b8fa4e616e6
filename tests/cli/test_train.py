"""`ganforge train` and `ganforge sample`: what a run leaves, refusing, stopping."""

from __future__ import annotations

import errno
import json
import os
import signal
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from PIL import Image
from safetensors.torch import save_file

from ganforge.locate import compile_sound
from ganforge.runs import training

Command = Callable[..., Result]
Weights = Callable[[str], bytes]


def test_a_run_leaves_all_that_it_was_made_from(train: Command) -> None:
    assert train("--rounds", "2", "--log-every", "1").exit_code == 0
    names = {path.name.split(".out.")[0] for path in Path("runs/dcgan").iterdir()}
    assert names == {
        *("checkpoints", "events", "metrics.jsonl", "program.py", "run.json"),
        *("samples", "samples.png", "spec.toml"),
    }
    about = json.loads(Path("runs/dcgan/run.json").read_text())
    assert about["versions"].keys() == {"ganforge", "torch", "python"}
    assert (about["seed"], about["device"], about["data"]) == (0, "cpu", "shapes")
    assert Image.open("runs/dcgan/samples.png").size == (8 * 18, 8 * 18)


def test_a_loss_of_some_rounds_is_logged_if_it_was_computed_since_the_last_line(
    train: Command,
) -> None:
    drift = 'losses.drift={ kind = "drift", score = "D(x)", every = 3 }'
    assert train("--set", drift, "--rounds", "4", "--log-every", "1").exit_code == 0
    assert train("--set", drift, "--rounds", "7", "--log-every", "1", "--resume").exit_code == 0
    lines = map(json.loads, Path("runs/dcgan/metrics.jsonl").read_text().splitlines())
    assert [line["round"] for line in lines if "drift" in line] == [1, 4, 7]


def test_the_run_holds_a_spec_that_compiles_to_the_same_program(train: Command) -> None:
    train("--rounds", "1", "--set", "train.optimizer.lr=1e-3")
    again = compile_sound("runs/dcgan").program()
    assert again.text == Path("runs/dcgan/program.py").read_text()
    assert again.spec_hash == json.loads(Path("runs/dcgan/run.json").read_text())["spec"]


def test_a_spec_without_overrides_is_kept_as_it_was_written(ganforge: Command) -> None:
    ganforge("train", "gan", "--rounds", "1")
    text = (Path(training.__file__).parents[2] / "specs" / "gan.toml").read_text()
    assert Path("runs/gan/spec.toml").read_text() == text


def test_a_second_run_takes_a_numbered_folder(train: Command) -> None:
    train("--rounds", "1")
    assert "runs/dcgan-2" in train("--rounds", "1").stderr


def test_a_run_is_overwritten_only_on_demand(train: Command, weights: Weights) -> None:
    train("--rounds", "2", "--out", "a")
    before = weights("a")
    result = train("--rounds", "1", "--out", "a")
    assert result.exit_code == 2
    assert "a holds a run: `--resume` goes on, `--overwrite` starts anew" in result.stderr
    assert weights("a") == before
    Path("a/own.txt").write_text("kept")
    assert train("--rounds", "1", "--out", "a", "--overwrite").exit_code == 0
    assert [path.name for path in Path("a/checkpoints").iterdir()] == ["round-000001"]
    assert Path("a/own.txt").exists()


def test_a_run_cannot_be_a_file(train: Command) -> None:
    Path("a").write_text("mine")
    result = train("--rounds", "1", "--out", "a")
    assert (result.exit_code, Path("a").read_text()) == (2, "mine")
    assert "error: a is no folder: give another one with `--out`" in result.stderr


def test_a_full_disk_is_one_message_that_names_the_run_which_can_go_on(
    ganforge: Command, train: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("--rounds", "1", "--out", "a")
    with monkeypatch.context() as patch:
        patch.setattr("ganforge.runtime.state.write_tensors", _full_disk)
        result = ganforge("train", "a", "--resume", "--rounds", "2")
    assert result.exit_code == 2
    assert result.stderr.endswith("error: a: No space left on device\n")
    assert ganforge("train", "a", "--resume", "--rounds", "2").exit_code == 0


def _full_disk(*arguments: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_with_files_of_others_is_never_written_into(ganforge: Command) -> None:
    Path("samples").mkdir()
    Path("program.py").write_text("mine")
    for more in ((), ("--overwrite",)):
        result = ganforge("train", "gan", "--rounds", "1", "--out", ".", *more)
        assert result.exit_code == 2
        assert ". holds `program.py`, `samples` and is no run" in result.stderr
    assert Path("program.py").read_text() == "mine"


def test_a_damaged_checkpoint_is_one_message(ganforge: Command, train: Command) -> None:
    train("--rounds", "1", "--out", "a")
    Path("a/checkpoints/round-000001/tensors.safetensors").write_bytes(b"nothing")
    result = ganforge("train", "a", "--resume")
    assert result.exit_code == 2
    assert "round-000001 is damaged" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a spec to train"),
        (("--resume",), "name the run to resume"),
        (("gan", "--resume"), "there is no runs/gan to resume"),
        (("runs/none", "--resume"), "there is no run runs/none: check its path"),
        (("gan", "--resume", "--overwrite"), "either goes on"),
        (("gan", "--data", "/"), "say what is in it, such as `--data folder:/`"),
        (("gan", "--data", "fodler:x"), "no data source `fodler`: did you mean the data source"),
        (("gan", "--data", "shapes:x"), "`shapes` has no path: say `--data shapes` alone"),
        (("gan", "--data", "folder"), "`folder` needs a path: say `--data folder:PATH`"),
        (("gan", "--data", "folder:x"), "there is no file or folder x"),
        (("gan", "--device", "tpu"), "`tpu` is no device"),
        (("gan", "--device", "cuda:99"), "there is no device `cuda:99` here"),
        (("gn",), "did you mean `gan`?"),
        (("nix.toml",), "`ganforge list` shows the shipped specs"),
    ],
)
def test_what_cannot_begin_exits_with_2_and_the_remedy(
    ganforge: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = ganforge("train", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr
    assert not Path("runs").exists()


def test_a_spec_with_errors_is_reported_and_not_trained(ganforge: Command) -> None:
    result = ganforge("train", "dcgan", "--set", "size=48")
    assert result.exit_code == 1
    assert "error[GF105]" in result.stderr
    assert not Path("runs").exists()


def test_data_that_does_not_serve_leaves_no_folder(ganforge: Command) -> None:
    Path("empty").mkdir()
    result = ganforge("train", "gan", "--data", "folder:empty", "--out", "a")
    assert result.exit_code == 2
    assert "holds no images" in result.stderr
    assert not Path("a").exists()


LABEL = (
    *("--set", "data.fields.y.kind=class", "--set", "data.fields.y.classes=3"),
    *("--set", "flow.kept=one_hot(y)"),
)


@pytest.mark.parametrize("how", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("data", "content", "more", "message"),
    [
        (
            "folder",
            {"a.png": b"\x89PNG\r\n\x1a\nrest"},
            (),
            "d cannot be read as an image: remove it",
        ),
        ("folder", {"notes.txt": b"no image"}, (), "holds no images"),
        ("folder", {"a.png": b""}, LABEL, "images outside of class folders"),
        ("idx", {"train-images": b"\0\0\x08\x03\0\0"}, (), "is no IDX file"),
        ("idx", {"train-images": b"\0\0\x08\x03" + bytes(12)}, (), "holds no images"),
        ("idx", {}, (), "has no file train-images"),
    ],
)
def test_data_that_does_not_serve_exits_with_2(
    ganforge: Command,
    data: str,
    content: dict[str, bytes],
    more: tuple[str, ...],
    message: str,
    how: tuple[str, ...],
) -> None:
    Path("d").mkdir()
    for name, raw in content.items():
        (Path("d") / name).write_bytes(raw)
    result = ganforge("train", "dcgan", *more, "--data", f"{data}:d", "--out", "a", *how)
    assert result.exit_code == 2
    error = result.stderr.splitlines()[-1]
    assert error.startswith("error: ") and message in error
    assert not Path("a").exists()


@pytest.mark.parametrize("command", [("sample",), ("train", "--resume")])
def test_a_checkpoint_without_a_tensor_exits_with_2(
    ganforge: Command, train: Command, command: tuple[str, ...]
) -> None:
    train("--rounds", "1", "--out", "a")
    file = Path("a/checkpoints/round-000001/tensors.safetensors")
    save_file({"networks.G.layers.1.weight": torch.zeros(1)}, file)
    result = ganforge(command[0], "a", *command[1:])
    assert result.exit_code == 2
    assert "error: a/checkpoints/round-000001 is damaged" in result.stderr


def test_images_of_a_folder_are_trained_on_and_found_again(
    ganforge: Command, train: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("images").mkdir()
    for k in range(5):
        Image.new("RGB", (20, 20), (50 * k, 0, 0)).save(f"images/{k}.png")
    train("--rounds", "1", "--data", "folder:images", "--out", "a")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    result = ganforge("train", "../a", "--resume", "--rounds", "2")
    assert result.exit_code == 0, result.stderr


def test_a_loss_of_nan_is_one_message(ganforge: Command) -> None:
    result = ganforge("train", "gan", "--set", "train.optimizer.lr=1e14", "--rounds", "9")
    assert result.exit_code == 1
    assert "was not finite" in result.stderr


def test_a_live_number_without_a_value_is_one_message(train: Command) -> None:
    Path("images").mkdir()
    for k in range(5):
        Image.new("RGB", (20, 20), (50 * k, 0, 0)).save(f"images/{k}.png")
    lr = "train.optimizer.lr='exponential(abs(epoch - 2.4), 1, 0.5)'"  # in round 3
    result = train("--set", lr, "--data", "folder:images", "--out", "a")
    assert result.exit_code == 1
    assert "In round 3 the live number `lr` has no value (float division by zero)" in result.stderr


def test_networks_beyond_all_memory_are_one_message(ganforge: Command) -> None:
    """The largest layer has 346 GB."""
    result = ganforge("train", "dcgan", "--set", "width=13000", "--rounds", "1")
    assert result.exit_code == 2
    assert "error: there is not enough memory: take a smaller batch" in result.stderr


def test_a_dry_run_writes_nothing(ganforge: Command, folder: Path) -> None:
    result = ganforge("train", "gan", "--dry-run")
    assert (result.exit_code, list(folder.iterdir())) == (0, [])
    assert result.stdout.startswith("one round on shapes works: adversarial.critic 0.")


def test_a_dry_run_may_name_a_folder_that_holds_a_run(train: Command) -> None:
    train("--rounds", "1", "--out", "a")
    before = {path: path.stat().st_mtime_ns for path in Path("a").rglob("*")}
    assert train("--dry-run", "--out", "a").exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in Path("a").rglob("*")} == before


def test_ctrl_c_ends_the_round_and_the_run_goes_on_bit_for_bit(
    ganforge: Command, train: Command, monkeypatch: pytest.MonkeyPatch, weights: Weights
) -> None:
    train("--rounds", "6", "--out", "whole")
    start = training.start
    with monkeypatch.context() as patch:

        def interrupted(*arguments: Any, **options: Any) -> Any:
            module = start(*arguments, **options)
            patch.setattr(module, "train_round", _interrupting(module.train_round))
            return module

        patch.setattr(training, "start", interrupted)
        result = train("--rounds", "6", "--out", "parts")
    assert result.exit_code == 130
    assert "`ganforge train parts --resume` goes on from the last checkpoint" in result.stderr
    assert [path.name for path in Path("parts/checkpoints").iterdir()] == ["round-000001"]
    ganforge("train", "parts", "--resume", "--rounds", "6")
    assert weights("parts") == weights("whole")


def test_a_second_ctrl_c_stops_at_once(train: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    start = training.start

    def interrupted(*arguments: Any, **options: Any) -> Any:
        module = start(*arguments, **options)
        train_round = _interrupting(_interrupting(module.train_round))
        monkeypatch.setattr(module, "train_round", train_round)
        return module

    monkeypatch.setattr(training, "start", interrupted)
    result = train("--rounds", "6", "--out", "a")
    assert result.exit_code == 130
    assert "stopped before the first checkpoint: nothing is kept" in result.stderr
    assert not Path("a").exists()


def _interrupting(train_round: Callable[..., Any]) -> Callable[..., Any]:
    def interrupting(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return train_round(*arguments)

    return interrupting


def test_without_torch_the_remedy_is_named(
    ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    found = {"torch": None}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: found.get(name, name) and find_spec(name)
    )
    result = ganforge("train", "gan")
    assert result.exit_code == 2
    assert "this needs `torch`: `pip install 'ganforge[train]'`" in result.stderr


def test_samples_are_drawn_from_the_last_checkpoint(ganforge: Command, train: Command) -> None:
    train("--rounds", "2", "--out", "a")
    assert ganforge("sample", "a", "-n", "10", "--seed", "5", "--out", "b.png").exit_code == 0
    assert Image.open("b.png").size == (8 * 18, 2 * 18)
    ganforge("sample", "a", "--seed", "0")
    assert Path("a/sample-0.png").read_bytes() == Path("a/samples.png").read_bytes()


def test_samples_of_no_run_are_refused(ganforge: Command, folder: Path) -> None:
    result = ganforge("sample", str(folder))
    assert result.exit_code == 2
    assert "is no run: it has no `run.json`" in result.stderr


def test_a_run_is_replaced_only_when_the_new_one_has_a_checkpoint(
    train: Command, folder: Path
) -> None:
    assert train("--rounds", "1", "--out", "a").exit_code == 0
    before = (folder / "a" / "metrics.jsonl").read_text()
    (folder / "empty").mkdir()
    assert train("--overwrite", "--out", "a", "--data", "folder:empty").exit_code != 0
    assert (folder / "a" / "metrics.jsonl").read_text() == before
    assert train("--rounds", "2", "--out", "a", "--overwrite").exit_code == 0
    assert not (folder / "a" / ".replaced").exists()
    assert (folder / "a" / "checkpoints" / "round-000002").is_dir()


def test_standard_input_is_called_so_in_reports(ganforge: Command) -> None:
    result = ganforge("check", "-", input="ganforge = 1\n[dat]\n")
    assert "<stdin>:2:" in result.output
