"""Stages that take images at their own size alone read them at that size."""

from __future__ import annotations

import json
from pathlib import Path

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

TEXT = (Path(__file__).parents[1] / "cases" / "growing.toml").read_text()
SIZED = 'sized = "resize(x, size=4 * 2**level)"'
AS_IT_IS = TEXT.replace(SIZED, 'sized = "resize(1 * x, size=4 * 2**level)"')


def program(text: str) -> str:
    compilation = compile_spec(text)
    assert compilation.report.ok, str(compilation.report)
    return compilation.program().text


def test_images_come_at_the_size_of_the_stage() -> None:
    text = program(TEXT)
    assert 'small = Downsampled(data, 16, ["x"])' in text
    assert "draw(state, small.at(state.stage.res))" in text
    assert "F.interpolate(x" not in text.partition("def critic_step")[2].partition("\ndef ")[0]


def test_data_that_a_stage_takes_otherwise_too_comes_as_it_is() -> None:
    assert "Downsampled" not in program(AS_IT_IS)


def test_data_whose_samples_differ_from_visit_to_visit_comes_as_it_is() -> None:
    held = TEXT.replace('source = "shapes"', 'source = "shapes"\nholdout = 10')
    assert held != TEXT and "Downsampled" not in program(held)


def test_training_is_the_same(tmp_path: Path) -> None:
    found = []
    for name, text in (("small", TEXT), ("whole", AS_IT_IS)):
        module = import_program(program(text))
        options = module.StagedOptions(tmp_path / name, "shapes", device="cpu", rounds=4)
        found.append(list(module.train(options)))
    assert found[0][-1]["stage"] == "grow-1"
    for small, whole in zip(*found, strict=True):
        for key in small.keys() & {"adversarial.critic", "adversarial.generator"}:
            assert abs(small[key] - whole[key]) < 1e-4, json.dumps([small, whole])
