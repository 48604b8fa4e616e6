"""StarGAN: one generator for several domains, from images with a list of attributes beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganforge
from ganforge.codegen.sample_sources import sample_sources, shows_data
from ganforge.metrics.measured import measured
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge.runs.translating import translation_of
from ganforge.runtime.data import first_batch

NAMES = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"]
TINY = {
    **{"size": 16, "width": 4, "depth": 3, "blocks": 1, "train.batch": 4},
    **{"train.players.critic.steps": 1, "data.count": 200},
}


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve images and CelebA's list of six attributes, of which a spec takes five."""
    root = tmp_path_factory.mktemp("celeba")
    stream = np.random.default_rng(0)
    lines = ["12", " ".join(["Bald", *NAMES])]
    (root / "img_align_celeba").mkdir()
    for k in range(12):
        pixels = stream.integers(0, 255, (20, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / "img_align_celeba" / f"{k:06d}.jpg")
        has = [-1, *(1 if k % 3 == hair else -1 for hair in range(3)), 1 if k % 2 else -1, 1]
        lines.append(f"{k:06d}.jpg  {'  '.join(map(str, has))}")
    (root / "list_attr_celeba.txt").write_text("\n".join(lines))
    return root


@pytest.fixture(scope="module")
def run(faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "stargan"
    params = {**TINY, "data.source": "folder", "data.fields.c.names": NAMES}
    return ganforge.train("stargan", params, data=f"folder:{faces}", out=out, rounds=2)


def test_it_trains_on_faces_and_shows_each_domain(run: Path) -> None:
    with Image.open(run / "samples.png") as grid:
        columns, rows = 1 + len(NAMES), 8
        assert grid.size == (columns * (16 + 2), rows * (16 + 2))


def test_its_grid_changes_one_attribute_of_each_sample(run: Path) -> None:
    loaded = ganforge.load(run)._loaded
    module, state = loaded.module, loaded.state
    real = first_batch(state, *loaded.sample_data(), 10, seed=0)
    assert real["c"].sum(1).eq(2 + real["c"][:, 3]).all()
    shown = module.sample(state, real, 10, 0, swept=True).unflatten(0, (2, 6))
    x = real["x"] / 127.5 - 1
    torch.testing.assert_close(shown[:, 0], x[:2])
    network = state.networks["G"].eval()
    for row in range(2):
        for k in range(5):
            target = real["c"][row].clone()
            if k < 3:
                target[:3] = 0
            target[k] = 1 - target[k]
            made = network(x[row : row + 1], target[None])
            torch.testing.assert_close(shown[row, 1 + k], made[0], atol=1e-5, rtol=1e-4)


def test_without_a_sweep_targets_are_those_of_other_samples(run: Path) -> None:
    loaded = ganforge.load(run)._loaded
    real = first_batch(loaded.state, *loaded.sample_data(), 12, seed=0)
    shown = loaded.module.sample(loaded.state, real, 12, 0).unflatten(0, (12, 2))
    x, network = real["x"] / 127.5 - 1, loaded.state.networks["G"].eval()
    made = torch.stack([network(x, c.expand(12, -1)) for c in real["c"].unique(dim=0)])
    distance = (made - shown[:, 1]).abs().flatten(2).amax(2)
    assert distance.amin(0).max() < 1e-4


def test_what_it_makes_is_measured_with_data_and_not_translated_alone() -> None:
    plan = compile_spec("stargan").plan
    assert plan is not None
    assert shows_data(plan) and sample_sources(plan) == ("x", "target")
    assert measured(plan).inputs == ("x", "c")
    with pytest.raises(ganforge.CannotStart, match="makes no image from one of the data"):
        translation_of(plan.graph, None)


@pytest.mark.parametrize("draw", ["data", "shuffle", "same"])
def test_attributes_condition_a_generator_by_every_draw_from_the_data(draw: str) -> None:
    text = f"""ganforge = 1
extends = "stargan"
without = ["sample.columns"]
[conditioning]
target = {{ field = "c", draw = "{draw}" }}
"""
    compilation = compile_spec(text, [f"{k}={v}" for k, v in TINY.items()])
    assert compilation.report.ok, str(compilation.report)
    program = import_program(compilation.program().text)
    state = program.build(0, torch.device("cpu"))
    data = program.open_data("shapes")
    _, c, target, *_ = program.draw(state, data)
    assert c.shape == target.shape == (4, 5)
    assert c.unique().tolist() == target.unique().tolist() == [0, 1]
    if draw == "shuffle":
        assert sorted(c.tolist()) == sorted(target.tolist())
    losses = program.train_round(state, *program.draw(state, data))
    assert all(loss.isfinite() for loss in losses.values())


def test_every_part_of_the_round_moves_whom_it_should() -> None:
    graph = compile_spec("stargan").graph
    assert graph is not None
    moved = {(t.loss, t.term.side): set(t.moves) for t in graph.terms}
    assert moved == {
        ("adversarial", "critic"): {"D"},
        ("adversarial", "generator"): {"G"},
        ("penalty", "all"): {"D"},
        ("class_real", "all"): {"D"},
        ("class_fake", "all"): {"G"},
        ("cycle", "all"): {"G"},
    }


def test_samples_made_in_batches_keep_their_images_together() -> None:
    text = 'ganforge = 1\nextends = "stargan"\n[sample]\nstatistics = "batch"\n'
    compilation = compile_spec(text, [f"{k}={v}" for k, v in TINY.items()])
    program = import_program(compilation.program().text)
    state, data = program.build(0, torch.device("cpu")), program.open_data("shapes")
    real = first_batch(state, data, 10, seed=0)
    assert program.sample(state, real, 10, 0, swept=True).shape == (20, 3, 16, 16)
