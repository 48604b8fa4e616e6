"""The plugin of `docs/writing-plugins.md` works as it is printed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli
from ganforge.codegen.inline import standalone
from ganforge.codegen.sources import read_module
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins import ShapeError, Tensor
from ganforge.plugins.registry import load_registry
from ganforge.runs.programs import import_program

Fenced = Callable[[str, str], list[Any]]
PAGE = "docs/writing-plugins.md"
SMALL = ("size=16", "width=8", "train.batch=16")


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fenced: Fenced) -> Iterator[Path]:
    """A folder on the path in which the plugin lies as pip would leave it."""
    blocks = [*fenced(PAGE, "toml"), *fenced(PAGE, "python")]
    files = {block.words["file"]: block.text for block in blocks if "file" in block.words}
    project = tomllib.loads(files["pyproject.toml"])["project"]
    points = [f"{k} = {v}" for k, v in project["entry-points"]["ganforge"].items()]
    info = "ganforge_extras-1.0.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n"
    files[f"{info}/entry_points.txt"] = "\n".join(["[ganforge]", *points])
    (tmp_path / info).mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [
        name for name in sys.modules if name.startswith(("ganforge_extras", "test_extras"))
    ]:
        del sys.modules[name]


@pytest.fixture
def compilation(fenced: Fenced) -> Compilation:
    spec = next(block.text for block in fenced(PAGE, "toml") if "plugin" in block.words)
    return compile_spec(spec, SMALL)


def test_its_block_and_loss_are_found_and_nothing_is_reported() -> None:
    registry = load_registry()
    assert str(registry.owners["block", "channel-shuffle"]) == "ganforge-extras 1.0"
    assert "charbonnier" in registry.losses
    assert not [d for d in registry.diagnostics if "extras" in d.message]


def test_its_spec_is_sound_and_trains(compilation: Compilation) -> None:
    import torch

    assert str(compilation.report) == "No problems found."
    module = import_program(compilation.program().text)
    data, state = module.open_data("shapes"), module.build(0, torch.device("cpu"))
    state.samples = data.count
    losses = module.train_round(state, *module.draw(state, data))
    assert losses["again"] > 0
    assert isinstance(state.networks["E"].layers[2], torch.nn.ChannelShuffle)


def test_its_spec_is_emitted_with_its_source(compilation: Compilation) -> None:
    script = standalone(compilation.program("shapes"), "ganforge emit")
    assert "def charbonnier(a, b, eps)" in script
    assert "ganforge_extras" not in script


def test_its_loss_remembers_what_it_was_given(fenced: Fenced) -> None:
    import torch

    (table,) = [block.text for block in fenced(PAGE, "toml") if "calm" in block.words]
    compilation = compile_spec(f'ganforge = 1\nextends = "dcgan"\n{table}', SMALL)
    assert str(compilation.report) == "No problems found."
    module = import_program(compilation.program().text)
    data, state = module.open_data("shapes"), module.build(0, torch.device("cpu"))
    said = module.train_round(state, *module.draw(state, data))
    average = state.tensors()["losses.calmed.average"]
    assert average.item() == pytest.approx(said["calmed.average"].item())
    assert average != 0


def test_its_block_refuses_what_it_cannot_take() -> None:
    block = load_registry().blocks["channel-shuffle"]
    assert block.infer is not None
    with pytest.raises(ShapeError, match="5 groups do not divide 8 channels"):
        block.infer(block.params.model_validate({"groups": 5}), Tensor((8, 4, 4)))


def test_it_keeps_every_promise() -> None:
    import test_extras

    (mark,) = test_extras.test_conformance.pytestmark
    claims = mark.args[1]
    given = {"channel-shuffle", "charbonnier", "feature-spread", "XTR001", "blocks-of"}
    given |= {"calm", "lecun-normal", "weight-norm", "lines", "shuffled"}
    assert {claim.part for claim in claims} == {"ganforge-extras", *given}
    for claim in claims:
        claim.check()


def test_its_module_can_be_inlined_and_keeps_the_shape(site: Path) -> None:
    import torch

    assert "SqueezeExcite" in read_module("ganforge_extras_modules").definitions
    module = __import__("ganforge_extras_modules").SqueezeExcite(8, 2)
    assert module(torch.ones(2, 8, 4, 4)).shape == (2, 8, 4, 4)


def test_its_declarations_import_no_torch(site: Path) -> None:
    code = "import sys, ganforge_extras; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=site, check=False).returncode == 0


def test_its_rule_finds_a_small_batch(compilation: Compilation, fenced: Fenced) -> None:
    spec = next(block.text for block in fenced(PAGE, "toml") if "plugin" in block.words)
    report = compile_spec(spec, ["train.batch=4"]).report
    assert [(d.code, d.help) for d in report.diagnostics] == 2 * [("XTR001", "take at least 16")]


def test_its_command_counts_layers() -> None:
    result = CliRunner().invoke(cli, ["blocks-of", "dcgan"])
    lines = [line.split() for line in result.output.splitlines()]
    assert ["5", "conv-transpose"] in lines
    assert sum(int(count) for count, _ in lines) > 20


def test_its_metric_compares_features() -> None:
    import torch

    from ganforge.metrics.figures import Compared, figures

    metric = load_registry().metrics["feature-spread"]
    real = torch.randn(50, 4)
    found = figures({"feature-spread": metric}, Compared(real, real / 2, real, None), "some")
    assert found.records["feature-spread[some]"]["value"] == pytest.approx(0.5)
