"""`show`, `graph`, `emit` and the catalogs: what they print."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import Result

import ganforge as api
from ganforge.document import shipped_names
from ganforge.plugins.registry import load_registry
from ganforge.runs.programs import import_program
from ganforge.runtime.growing import GrowingState

Command = Callable[..., Result]


def test_show_lists_layers_losses_and_players(ganforge: Command) -> None:
    text = ganforge("show", "dcgan").stdout
    for line in (
        "G: z 100 -> 3 x 64 x 64",
        "  2   ConvTranspose2d(100, 512, kernel_size=4, bias=False) ",
        "  3,576,704 weights",
        "    non_saturating_critic moves D",
        "  critic moves D: 1 step a round, batch 64, adam (lr = 0.0002",
        "Training: 25 epochs, batch 64, alternating, one draw for all players",
    ):
        assert line in text


def test_show_tells_rare_losses_and_bounds(ganforge: Command) -> None:
    text = """ganforge = 1
extends = "dcgan"
[losses.r1]
kind = "gradient-penalty"
score = "D(x)"
wrt = "x"
every = 16
[train.players.critic]
clip_gradients = 5
"""
    shown = ganforge("show", "-", input=text).stdout
    assert "r1 is gradient-penalty, every 16 steps: score = D(x)" in shown
    assert "eps = 1e-08), clip_gradients = 5\n" in shown


@pytest.mark.parametrize("spec", shipped_names())
def test_weights_are_counted_as_torch_counts_them(ganforge: Command, spec: str) -> None:
    about = json.loads(ganforge("show", spec, "--json").stdout)
    with torch.device("meta"):  # weights are counted, not drawn
        program = import_program(ganforge("show", spec, "--code").stdout)
        state = program.build(0, torch.device("meta"))
        if isinstance(state, GrowingState):
            state.grow()
        networks = state.networks
    for network in about["networks"]:
        module = networks[network["name"]]
        if network["weights"] is not None:
            assert network["weights"] == sum(p.numel() for p in module.parameters())


def test_the_weights_of_layers_that_torch_has_are_known(ganforge: Command) -> None:
    about = json.loads(ganforge("show", "dcgan", "--json").stdout)
    assert [network["weights"] for network in about["networks"]] == [3_576_704, 2_765_568]


@pytest.mark.parametrize("spec", ["stackgan", "progan", "stylegan"])
def test_layers_are_counted_without_gaps(ganforge: Command, spec: str) -> None:
    about = json.loads(ganforge("show", spec, "--set", "size=32", "--json").stdout)
    for network in about["networks"]:
        last = {"": 0}
        for row in network["layers"]:
            within, _, number = row["number"].rpartition(".")
            assert int(number) == last.get(within, 0) + 1
            last[within] = int(number)
            taken = re.findall(r"#([\d.]+)", row["takes"])
            assert all(int(n.rpartition(".")[2]) < int(number) for n in taken)


def test_a_composite_block_stands_above_its_layers(ganforge: Command) -> None:
    text = """ganforge = 1
extends = "gan"
[blocks.twice]
params = { out = { type = "int" } }
layers = [
  { block = "linear", out = "out", id = "a" },
  { block = "linear", out = "out" },
  { block = "linear", out = 1, from = "concat(prev, a)" },
]
[networks.D]
layers = [{ block = "twice", out = 3 }, { block = "linear", out = 1 }]
"""
    about = json.loads(ganforge("show", "-", "--json", input=text).stdout)
    rows = about["networks"][1]["layers"]
    assert [row["number"] for row in rows] == ["1", "1.1", "1.2", "1.3", "1.4", "2"]
    assert rows[0]["weights"] == 784 * 3 + 3 + 3 * 3 + 3 + 6 + 1
    assert rows[3]["takes"] == "#1.2, a"


def test_show_code_is_the_program(ganforge: Command) -> None:
    text = ganforge("show", "gan", "--code").stdout
    assert text == api.build("gan").program


def test_the_graph_in_mermaid_names_values_shapes_and_losses(ganforge: Command) -> None:
    lines = ganforge("graph", "dcgan").stdout.splitlines()
    assert lines[0] == "flowchart LR"
    assert '  n2[["fake = G"]]' in lines
    assert '  n1 -->|"100"| n2' in lines
    assert '  loss0{{"adversarial moves D, G"}}' in lines


def test_the_graph_in_dot_and_json_has_the_same_edges(ganforge: Command) -> None:
    dot = ganforge("graph", "dcgan", "--format", "dot").stdout
    found = json.loads(ganforge("graph", "dcgan", "--format", "json").stdout)
    for edge in found["edges"]:
        assert f"{edge['from']} -> {edge['to']} [" in dot
    assert {node["kind"] for node in found["nodes"]} == {"field", "latent", "call", "loss"}
    assert dot.count("->") == len(found["edges"]) == 5


def test_the_graph_as_a_page_is_written_to_a_file_once(ganforge: Command, folder: Path) -> None:
    command = ("graph", "dcgan", "--format", "html", "--out", "dcgan.html")
    assert ganforge(*command).output == ""
    text = (folder / "dcgan.html").read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    again = ganforge(*command)
    assert again.exit_code == 2 and "--overwrite" in again.stderr
    assert ganforge(*command, "--overwrite").exit_code == 0
    assert (folder / "dcgan.html").read_text("utf-8") == text
    assert [path.name for path in folder.glob("*.html")] == ["dcgan.html"]


def test_emit_prints_a_script_that_needs_no_ganforge(ganforge: Command) -> None:
    text = ganforge("emit", "gan", "--set", "train.batch=8").stdout
    modules = [n.module for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]
    assert not [m for m in modules if m and m.startswith("ganforge")]
    assert "ganforge emit gan --set train.batch=8" in text
    assert "BATCH = 8" in text


def test_emit_overwrites_a_file_only_on_demand(ganforge: Command) -> None:
    Path("a.py").write_text("mine")
    result = ganforge("emit", "gan", "-o", "a.py")
    assert result.exit_code == 2
    assert "a.py exists: `--overwrite` replaces it" in result.stderr
    assert Path("a.py").read_text() == "mine"
    assert ganforge("emit", "gan", "-o", "a.py", "--overwrite").exit_code == 0
    assert Path("a.py").read_text() == ganforge("emit", "gan").stdout


def test_emit_into_a_missing_folder_is_one_message(ganforge: Command) -> None:
    result = ganforge("emit", "gan", "-o", "missing/a.py")
    assert result.exit_code == 2
    assert "there is no folder missing: make it" in result.stderr


@pytest.mark.parametrize("name", sorted(load_registry().blocks))
def test_each_block_is_told_with_an_example_in_toml(ganforge: Command, name: str) -> None:
    text = ganforge("blocks", name).stdout
    example = text.rpartition("example:\n")[2].strip()
    if not example.startswith("{"):  # a line of [flow], where a function may draw
        (wiring,) = tomllib.loads(example).values()
        assert wiring.startswith(f"{name.replace('-', '_')}(")
        return
    layer = tomllib.loads(f"layer = {example}")["layer"]
    if name == "concat":  # it takes any number of tensors, a layer one
        assert layer == {"from": "concat(a, b)"}
    else:
        assert layer["block"] == name


@pytest.mark.parametrize("name", sorted(load_registry().losses))
def test_each_loss_is_told_with_an_example_in_toml(ganforge: Command, name: str) -> None:
    text = ganforge("losses", name).stdout
    example = tomllib.loads(text.rpartition("example:\n")[2])
    ((called, table),) = example["losses"].items()
    assert called.isidentifier() and table["kind"] == name


def test_parameters_are_told_with_type_and_default(ganforge: Command) -> None:
    lines = ganforge("blocks", "conv").stdout.splitlines()
    assert "  out           whole number; must be given" in lines
    assert "  kernel        whole number; default 3" in lines
    assert '  act           name, or table with `kind`; default "none"' in lines


def test_catalogs_list_names_with_what_they_are(ganforge: Command) -> None:
    listed = ganforge("list").stdout.splitlines()
    assert ["dcgan", "DCGAN, 64 x 64"] in [line.split(maxsplit=1) for line in listed]
    blocks = [line.split(maxsplit=1) for line in ganforge("blocks").stdout.splitlines()]
    assert dict(blocks)["linear"].startswith("Fully connected layer")
    assert ganforge("losses").stdout.startswith("adversarial ")
    assert "GF105 error    A formula gives a fraction" in ganforge("rules").stdout


def test_an_unknown_name_is_answered_with_the_nearest(ganforge: Command) -> None:
    result = ganforge("blocks", "linaer")
    assert result.exit_code == 2
    assert "there is no block `linaer`: did you mean the block `linear`?" in result.stderr


def test_a_rule_is_explained_by_code_or_name(ganforge: Command) -> None:
    assert ganforge("explain", "gf105").stdout == ganforge("explain", "not-whole").stdout
    assert ganforge("explain", "105").stdout == ganforge("explain", "[GF105]").stdout
    page = ganforge("explain", "GF105").stdout
    assert page.startswith("GF105 not-whole (error)\n\nA formula gives a fraction")
    assert "right:\n  size = 64" in page
    assert "see:\n  https://github.com/POSTECH-CVLab/PyTorch-StudioGAN/issues/198" in page


def test_an_unknown_rule_is_answered_with_the_nearest_code_or_name(ganforge: Command) -> None:
    assert "did you mean `GF105`?" in ganforge("explain", "GF1055").stderr
    assert "did you mean `not-whole`?" in ganforge("explain", "not-hole").stderr


def test_the_rules_are_listed_as_text_json_and_markdown(ganforge: Command) -> None:
    codes = [line.split()[0] for line in ganforge("rules").stdout.splitlines()]
    records = json.loads(ganforge("rules", "--format", "json").stdout)
    assert [record["code"] for record in records] == codes == sorted(codes)
    told = ganforge("rules", "--format", "md").stdout
    assert re.findall(r"^### (GF\d+) ", told, re.MULTILINE) == codes
    first = records[0]
    assert {"slug", "severity", "says", "why", "bad", "good", "see"} < set(first)
    assert f"### {first['code']} {first['slug']}\n\n*{first['severity']}.* {first['says']}" in told


def test_batches_that_differ_between_levels_are_shown_with_each_level(ganforge: Command) -> None:
    shown = ganforge("show", "progan", "--set", "size=32").stdout
    grow, finish = shown[shown.index("Stage grow") :].split("\n\n")
    assert "moves D: 1 step a round, adam" in grow and "moves D: 1 step a round, batch 64" in finish
    assert "grow-2: level 2, 16 pixels, 600 kimg of fade, 600 kimg, batch 128" in grow
    assert "grow-3: level 3, 32 pixels, 600 kimg of fade, 600 kimg, batch 64" in grow
