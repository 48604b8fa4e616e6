"""StackGAN: two stages from texts, of which a folder has embeddings beside its images."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image
from safetensors.torch import load_file

import ganforge
from ganforge.cli.group import cli
from ganforge.metrics.measured import generated, measured
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge.runtime.data import Data, first_batch

TINY = {
    **{"size": 64, "gf": 4, "df": 2, "condition": 3, "embedding": 5, "residuals": 1},
    **{"stages.low.batch": 4, "stages.high.batch": 4, "stages.low.epochs": 1},
}
OVERRIDES = [f"{key}={value}" for key, value in TINY.items()]
ALONE = (
    "import runpy, sys; sys.modules.update(ganforge=None, ganforge_blocks=None); "
    "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def weights(run: Path, round: int) -> dict[str, torch.Tensor]:
    return load_file(run / f"checkpoints/round-{round:06d}/tensors.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(one[name].equal(other[name]) for name in one)


@pytest.fixture(scope="module")
def birds(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Eight images, each with the embeddings of three captions."""
    root = tmp_path_factory.mktemp("birds")
    stream = np.random.default_rng(0)
    for k in range(8):
        pixels = stream.integers(0, 255, (70, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"{k}.png")
        np.save(root / f"{k}.npy", stream.normal(size=(3, 5)).astype(np.float32))
    return f"folder:{root}"


@pytest.fixture(scope="module")
def run(birds: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds of the first stage, and three of the second, never stopped."""
    out = tmp_path_factory.mktemp("runs") / "birds"
    return ganforge.train("stackgan", TINY, data=birds, out=out, rounds=5)


def test_the_second_stage_leaves_the_first_as_it_was(run: Path) -> None:
    before, after = weights(run, 2), weights(run, 5)
    still = {name for name in before if before[name].equal(after[name])}
    learned = {name for name in before if name.endswith((".weight", ".bias"))}
    for network in ("CA1", "G1", "D1"):
        own = {name for name in learned if name.startswith(f"networks.{network}.")}
        assert own and own <= still
    for network in ("CA2", "G2", "D2"):
        assert any(name.startswith(f"networks.{network}.") for name in learned - still)


@pytest.mark.parametrize("stopped", [1, 4], ids=["in the first stage", "in the second stage"])
def test_a_run_that_was_stopped_within_a_stage_goes_on_bit_for_bit(
    run: Path, birds: str, tmp_path: Path, stopped: int
) -> None:
    ganforge.train("stackgan", TINY, data=birds, out=tmp_path / "b", rounds=stopped)
    ganforge.train(tmp_path / "b", rounds=5, resume=True)
    assert same(weights(run, 5), weights(tmp_path / "b", 5))


def test_the_script_reads_the_captions_beside_the_images(
    run: Path, birds: str, tmp_path: Path
) -> None:
    script = tmp_path / "stackgan.py"
    script.write_text(ganforge.emit("stackgan", TINY))
    command = [sys.executable, "-c", ALONE, str(script), "--device", "cpu", "--data", birds]
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    for options in (["--rounds", "3"], ["--rounds", "5", "--resume"]):
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "b"), *options],
            **{"capture_output": True, "text": True, "check": False, "env": env},
        )
        assert done.returncode == 0, done.stderr
    assert same(weights(run, 5), weights(tmp_path / "b", 5))
    np.save(Path(birds.partition(":")[2]) / "3.npy", np.array([object()]))
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "c")], capture_output=True, text=True, check=False
    )
    np.save(Path(birds.partition(":")[2]) / "3.npy", np.zeros((3, 5)))
    assert done.returncode == 2
    assert "error: 3.npy in " in done.stderr and "no file of `np.save`" in done.stderr


def test_each_row_of_its_grid_is_a_text_and_each_column_a_draw(run: Path) -> None:
    loaded = ganforge.load(run)._loaded
    module, state = loaded.module, loaded.state
    real = first_batch(state, *loaded.sample_data(), 32, seed=0)
    shown = module.sample(state, real, 32, 0, swept=True).view(8, 9, 3, 64, 64)
    x = real["x"][:8].float() / 127.5 - 1
    torch.testing.assert_close(shown[:, 0], x)
    low = shown[:, 1::2].flatten(2)
    assert all(not low[0, k].equal(low[0, 0]) for k in range(1, 4))
    again = {**real, "text": real["text"][:1].expand(32, -1)}
    alike = module.sample(state, again, 32, 0, swept=True).view(8, 9, 3, 64, 64)[:, 1:]
    assert all(row.equal(alike[0]) for row in alike)
    with Image.open(run / "samples.png") as grid:
        assert grid.size == (9 * 66, 8 * 66)


def test_given_texts_are_shown_a_row_each(run: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "texts.npy", np.eye(3, 5))
    out = tmp_path / "grid.png"
    done = invoke("sample", str(run), "--input", f"text={tmp_path}/texts.npy", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "samples of round 5, 3 vectors, a row of each" in done.output
    whole = pixels(out)
    assert whole.shape == (3 * 66, 8 * 66 + 3 * 4, 3)  # four draws, each small and large
    np.save(tmp_path / "texts.npy", np.eye(3, 5)[::-1])
    done = invoke("sample", str(run), "--input", f"{tmp_path}/texts.npy", "--out", str(out))
    turned = pixels(out)
    assert (turned[66:132] == whole[66:132]).all() and (turned[:66] == whole[132:]).all()
    assert (turned[:66] != whole[:66]).any()
    np.save(tmp_path / "one.npy", np.ones(5))
    done = invoke(
        "sample", str(run), "--input", f"{tmp_path}/one.npy", "--out", str(out), "-n", "2"
    )
    assert "a row of 1 vector" in done.output


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize(
    ("given", "more", "says"),
    [
        ("text=texts.npy", ["--rows", "text"], "each row shows a vector of `--input`: leave `--r"),
        ("txt=texts.npy", [], "samples are made from no vector `txt`: did you mean `text`?"),
        ("wide.npy", [], "has the shape [2, 7], the field 'text' declares 5 numbers"),
        ("other.npy", [], "there is no file other.npy: check the path of `--input`"),
        ("texts.npy", ["--out", "grid.txt"], "grid.txt is no name of a picture"),
        ("x.png", [], "makes no image from one of the data: say `--input text=FILE.npy`"),
    ],
)
def test_texts_that_cannot_be_shown_are_refused(
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    more: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("texts.npy", np.zeros((2, 5)))
    np.save("wide.npy", np.zeros((2, 7)))
    done = invoke("sample", str(run), "--input", given, *more)
    assert done.exit_code == 2
    assert says in done.output


@pytest.fixture
def tiny() -> ModuleType:
    return import_program(compile_spec("stackgan", [*OVERRIDES, "data.count=9"]).program().text)


def test_the_critic_of_a_stage_sees_each_image_with_the_text_of_the_next(
    tiny: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, data = tiny.build(0, torch.device("cpu")), tiny.open_data("shapes")
    state.samples = data.count
    for place, critic in enumerate(("D1", "D2")):
        state.begin(place)
        seen: list[tuple[torch.Tensor, ...]] = []
        hook = state.networks[critic].register_forward_pre_hook(
            lambda module, inputs, seen=seen: seen.append(inputs)
        )
        tiny.train_round(state, *tiny.draw(state, data))
        hook.remove()
        (real, mean), (fake, again), (other, text), (judged, _) = seen
        assert real.equal(other) and mean.equal(again) and fake.equal(judged)
        assert text.equal(mean.roll(-1, 0)) and not mean.requires_grad
        assert judged.requires_grad and not fake.requires_grad


def test_metrics_look_at_what_the_last_stage_makes() -> None:
    plan = compile_spec("stackgan", OVERRIDES).plan
    assert plan is not None
    high = measured(plan)
    assert high.plan.stages[-1].graph.names["fake"] == generated(plan.stages[-1])
    assert (high.real, high.inputs) == ("x", ("text",))


def test_a_stage_that_freezes_what_no_stage_trained_is_refused() -> None:
    found = compile_spec("stackgan", [*OVERRIDES, 'stages.low.train=["CA1", "D1"]']).report
    assert [d.code for d in found.errors] == ["GF402"]
    assert "G1" in found.errors[0].message


def test_a_kept_part_holds_the_first_captions_and_epochs_take_others(birds: str) -> None:
    text = compile_spec("stackgan", [*OVERRIDES, "data.holdout=4"]).program().text
    data: Data = import_program(text).open_data(birds)
    assert data.held_out is not None and (data.count, data.held_out.count) == (4, 4)
    first = data.read([0, 1, 2, 3])["text"]
    visited = data.visit(0, 40, seed=0)["text"]
    assert visited.shape == (40, 5)
    assert len({tuple(row) for row in visited.tolist()}) > len(first)


def test_the_program_computes_what_it_shows_once_and_cuts_values_outside_of_no_grad() -> None:
    text = compile_spec("stackgan").program().text
    assert 'log_variance1 = ca1_text["log_variance"]\n    low = G1(' in text
    assert "\n    c1 = torch.detach(mean1)\n" in text and "\n    c2 = torch.detach(mean2)\n" in text
    assert (
        "return in_rows([x], [low, fake], across=4)\n    return side_by_side([x, low, fake])"
        in text
    )
