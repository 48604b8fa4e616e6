"""What the language means: each feature through a spec, its graph and its program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganforge.graph import Graph
from ganforge.graph.nodes import Composite, Layer
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry

Critic = Callable[..., Compilation]
ONE = '{ block = "linear", out = 1 }'
LOSS = '[losses.{name}]\nkind = "adversarial"\nreal = "{real}"\nfake = "{fake}"\n\n[train]'


def graph_of(compilation: Compilation) -> Graph:
    assert compilation.report.ok, str(compilation.report)
    assert compilation.graph is not None
    compile(compilation.program().text, "program", "exec")
    return compilation.graph


def blocks_of(compilation: Compilation, network: str = "D") -> list[str]:
    nodes = graph_of(compilation).networks[network].body.nodes
    return [n.operation.block.name for n in nodes if isinstance(n.operation, Layer)]


def shapes_of(compilation: Compilation, network: str = "D") -> list[str]:
    nodes = graph_of(compilation).networks[network].body.nodes
    return [str(n.shape) for n in nodes if isinstance(n.operation, Layer)]


def codes(compilation: Compilation) -> list[str]:
    return [diagnostic.code for diagnostic in compilation.report.diagnostics]


def test_an_index_may_be_a_whole_number_of_any_formula(critic: Critic) -> None:
    layer = '{ block = "linear", out = "[4, 8, 16][log2(4)]" }'
    assert shapes_of(critic(layer, ONE)) == ["16", "1"]


def test_a_loop_repeats_its_layers_with_its_variable(critic: Critic) -> None:
    loop = '{ for = "i", in = "range(3)", layers = [{ block = "linear", out = "4 * 2**i" }] }'
    assert shapes_of(critic(loop, ONE)) == ["4", "8", "16", "1"]


def test_a_loop_runs_over_a_list_of_formulas(critic: Critic) -> None:
    loop = '{ for = "n", in = [8, "2 * 6"], layers = [{ block = "linear", out = "n" }] }'
    assert shapes_of(critic(loop, ONE)) == ["8", "12", "1"]


def test_a_loop_variable_stands_in_a_word(critic: Critic) -> None:
    up = '{ block = "upsample", mode = "{m}" }'
    loop = f"""{{ for = "m", in = "['nearest', 'bilinear']", layers = [{up}] }}"""
    text = critic(loop, ONE).program().text
    assert 'mode="bilinear"' in text


def test_when_leaves_a_layer_out_and_prev_passes_through(critic: Critic) -> None:
    layers = ('{ block = "relu", when = "height(x) > 8" }', '{ block = "tanh", when = "true" }')
    assert blocks_of(critic(*layers, ONE)) == ["tanh", "linear"]


def test_side_leaves_prev_where_it_was(critic: Critic) -> None:
    side = '{ id = "h", side = true, block = "linear", out = 3 }'
    found = critic(side, '{ id = "s", block = "linear", out = 1 }', keys='outputs = "s"')
    assert shapes_of(found) == ["3", "1"]
    network = graph_of(found).networks["D"].body
    assert [node.inputs for node in network.nodes if isinstance(node.operation, Layer)] == [
        (0,),
        (0,),
    ]


def test_an_id_of_a_loop_is_a_list_by_the_loops_values(critic: Critic) -> None:
    loop = '{ for = "k", in = [2, 4], layers = [{ id = "h", block = "linear", out = "k" }] }'
    assert shapes_of(critic(loop, '{ block = "tanh", from = "h[2]" }', ONE))[2] == "2"


def test_after_the_loop_the_id_alone_is_the_list(critic: Critic) -> None:
    loop = '{ for = "k", in = [2, 4], layers = [{ id = "h", block = "linear", out = "k" }] }'
    assert shapes_of(critic(loop, '{ from = "concat(h[2], h[4])" }', ONE))[:2] == ["2", "4"]
    assert codes(critic(loop, '{ block = "relu", from = "h" }', ONE)) == ["GF217"]


def test_an_id_in_its_own_turn_is_that_tensor(critic: Critic) -> None:
    layers = '{ id = "h", block = "linear", out = 8 }, { from = "h + h" }'
    assert blocks_of(critic(f'{{ for = "k", in = "range(2)", layers = [{layers}] }}', ONE))


def test_functions_map_over_lists(critic: Critic) -> None:
    found = critic('{ id = "p", from = "tanh(split(reshape(x, shape=[64]), parts=2))" }',
                   '{ from = "p[0] * p[1]" }', ONE)  # fmt: skip
    assert found.program().text.count("torch.tanh") == 2


def test_a_composite_block_is_a_class_with_arguments(critic: Critic, residual: str) -> None:
    layers = ('{ block = "res", out = 4 }', '{ block = "res", out = 6, norm = "batch" }')
    text = critic(*layers, ONE, more=residual).program().text
    assert "class Res(nn.Module)" in text
    assert text.count("BatchNorm2d") == 1


def test_an_optional_input_of_a_block_may_be_left_out(critic: Critic, residual: str) -> None:
    layers = ('{ id = "h", block = "res", out = 4 }', '{ block = "res", out = 4, skip = "h" }')
    found = graph_of(critic(*layers, ONE, more=residual)).networks["D"].body.nodes
    assert [len(n.inputs) for n in found if isinstance(n.operation, Composite)] == [1, 2]


def test_defaults_hold_for_composite_blocks_too(critic: Critic, residual: str) -> None:
    found = critic('{ block = "res" }', ONE, keys="defaults = { res = { out = 5 } }", more=residual)
    body = graph_of(found).networks["D"].body
    assert "5 x 8 x 8" in [str(node.shape) for node in body.nodes]


def test_defaults_hold_for_the_layers_of_their_table_only(critic: Critic, residual: str) -> None:
    keys = "defaults = { conv = { kernel = 5, bias = false } }"
    found = critic('{ block = "conv", out = 4 }', '{ block = "res", out = 4 }', ONE, keys=keys,
                   more=residual)  # fmt: skip
    text = found.program().text
    assert "5, padding=2, bias=False" in text
    assert "3, padding=1)" in text


def test_a_word_param_with_choices_is_inserted(critic: Critic) -> None:
    params = '\n[params]\nnorm = { choices = ["batch", "none"], default = "batch" }\n'
    found = critic('{ block = "conv", out = 4, norm = "{norm}" }', ONE, more=params)
    assert blocks_of(found) == ["conv", "batch-norm", "linear"]


def test_bias_is_left_out_before_a_norm_that_shifts(critic: Critic) -> None:
    text = critic('{ block = "conv", out = 4, norm = "batch" }', ONE).program().text
    assert "bias=False" in text


def test_wiring_has_conditions_over_formulas(critic: Critic) -> None:
    found = critic(
        '{ id = "h", block = "relu" }', '{ from = "h + x if height(x) > 4 else x" }', ONE
    )
    assert blocks_of(found) == ["relu", "linear"]
    assert "GF216" in codes(
        critic('{ id = "h", block = "relu" }', '{ from = "h if height(x) > 9 else x" }', ONE)
    )


def test_wiring_computes_with_tensors_params_and_numbers(critic: Critic) -> None:
    more = "\n[params]\nwidth = 3\n"
    text = critic('{ from = "-(x + 2) / width" }', ONE, more=more).program().text
    assert "-(x + 2) / 3" in text


def test_formulas_ask_for_shapes(critic: Critic) -> None:
    layer = '{ block = "linear", out = "channels(x) + height(prev) * width(x)" }'
    assert shapes_of(critic(layer, ONE)) == ["65", "1"]


def test_outputs_are_chosen_by_name(base: str, registry: Registry) -> None:
    two = '{ id = "h", block = "linear", out = 4 },\n  { id = "s", block = "linear", out = 1 },\n]'
    text = base.replace('{ block = "linear", out = 1 },\n]', two + '\noutputs = { score = "s" }')
    text = text.replace('"D(x)"', '"D(x).score"').replace('"D(fake)"', '"D(fake).score"')
    assert graph_of(compile_spec(text, registry=registry)).terms


def test_a_composite_block_may_have_named_outputs(critic: Critic) -> None:
    two = """
    [blocks.two]
    layers = [{ id = "tap", block = "linear", out = 4 }, { block = "linear", out = 3 }]
    outputs = { out = "prev", tap = "tap" }
    """
    layers = '{ id = "a", block = "two" }, { from = "concat(prev.out, a.tap)" }'
    text = critic(layers, ONE, more=two).program().text
    assert 'return {"out": self.linear(tap), "tap": tap}' in text
    assert 'torch.cat([a["out"], a["tap"]], dim=1)' in text


def test_extends_merges_tables_and_without_removes(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'ganforge = 1\nextends = "dcgan"\nwithout = ["train.reuse"]\n[params]\nwidth = 8\n'
    )
    spec = graph_of(compile_spec(path, registry=registry)).spec
    assert (spec.params["width"], spec.params["size"], spec.train.reuse) == (8, 64, False)


@pytest.mark.parametrize("name", ["gan", "dcgan"])
def test_a_shipped_spec_has_no_findings(registry: Registry, name: str) -> None:
    assert not compile_spec(name, registry=registry).report.diagnostics


def test_two_shapes_are_fine_where_the_layers_are_the_same(base: str, registry: Registry) -> None:
    text = base.replace(
        '{ block = "linear", out = 32, act = "leaky-relu" }', '{ block = "conv", out = 4 }'
    )
    text = text.replace('{ block = "linear", out = 1 },\n]', '{ block = "global-average" },\n]')
    text = text.replace(
        "[train]", LOSS.format(name="half", real="D(downsample(x))", fake="D(downsample(fake))")
    )
    assert graph_of(compile_spec(text, registry=registry))


def test_a_block_with_sizes_in_its_wiring_fits_one_shape_only(
    base: str, registry: Registry
) -> None:
    layer = '{ from = "upsample(x, scale=64 // height(x))" }, { block = "global-average" }'
    text = base.replace('{ block = "linear", out = 32, act = "leaky-relu" }', layer)
    text = text.replace(
        "[train]", LOSS.format(name="half", real="D(downsample(x))", fake="D(downsample(fake))")
    )
    assert set(codes(compile_spec(text, registry=registry))) == {"GF309"}


def test_outputs_are_wiring(base: str, registry: Registry) -> None:
    layers = (
        '{ id = "h", block = "linear", out = 2 },\n]\noutputs = { score = "split(h, parts=2)[0]" }'
    )
    text = base.replace('{ block = "linear", out = 1 },\n]', layers)
    text = text.replace('"D(x)"', '"D(x).score"').replace('"D(fake)"', '"D(fake).score"')
    assert graph_of(compile_spec(text, registry=registry)).terms


def test_a_whole_number_of_a_formula_is_of_type_int(critic: Critic) -> None:
    block = """
[blocks.wide]
params = { out = { type = "int" } }
layers = [{ block = "linear", out = "out" }]
"""
    assert codes(critic('{ block = "wide", out = "2**log2(8)" }', ONE, more=block)) == []
    assert codes(critic('{ block = "wide", out = "log2(6)" }', ONE, more=block)) == ["GF114"]
