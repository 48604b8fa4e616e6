"""Networks that grow are compiled at every level, and are one network over all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganforge.graph import Graph
from ganforge.graph.nodes import Body, Composite
from ganforge.graph.weights import network_weights
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry
from ganforge.runs.programs import import_program
from ganforge.runtime.growing import GrowingState

TEXT = (Path(__file__).parents[1] / "cases" / "growing.toml").read_text()


def graph_of(registry: Registry, text: str = TEXT) -> Graph:
    compilation = compile_spec(text, registry=registry)
    assert compilation.report.ok and compilation.graph, str(compilation.report)
    return compilation.graph


def codes(registry: Registry, text: str) -> list[str]:
    return [d.code for d in compile_spec(text, registry=registry).report.diagnostics]


@pytest.fixture(scope="module")
def state() -> GrowingState:
    built = at_first()
    built.grow()
    return built


def at_first() -> GrowingState:
    module = import_program(compile_spec(TEXT).program().text)
    built: GrowingState = module.build(0, torch.device("cpu"))
    return built


def test_there_is_a_stage_for_each_level_and_later_ones_stay_at_the_last(
    registry: Registry,
) -> None:
    stages = [graph.spec.stage for graph in graph_of(registry).stages]
    found = [(s.name, s.level, s.fades) for s in stages if s]
    assert found == [
        ("grow-0", 0, False),
        ("grow-1", 1, True),
        ("grow-2", 2, True),
        ("finish", 2, False),
    ]


def test_batch_follows_the_resolution_of_each_level(registry: Registry) -> None:
    graphs = graph_of(registry).stages
    assert [graph.spec.train.batch for graph in graphs] == [4, 4, 2, 2]
    assert [graph.names["fake"] for graph in graphs]
    sizes = [graph.nodes[graph.names["fake"]].shape for graph in graphs]
    assert [str(shape) for shape in sizes] == ["3 x 4 x 4", "3 x 8 x 8", *["3 x 16 x 16"] * 2]


def test_the_whole_network_has_the_layers_of_all_levels(
    registry: Registry, state: GrowingState
) -> None:
    whole = graph_of(registry)
    for name, network in whole.networks.items():
        made = sum(weight.numel() for weight in state.networks[name].parameters())
        assert network_weights(network.body) in (None, made)
        last = whole.stages[-1].networks[name].body
        assert len(network.body.nodes) > len(last.reached)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_level_computes_with_its_own_layers_alone(state: GrowingState, level: int) -> None:
    network = state.networks["G"]
    network.zero_grad()
    image = network(torch.randn(2, 4), level, 0.5)
    assert image.shape == (2, 3, 4 * 2**level, 4 * 2**level)
    image.sum().backward()
    moved = {n.partition(".")[0] for n, w in network.named_parameters() if w.grad is not None}
    rgb = {name for name in moved if name.startswith("rgb")}
    assert rgb == {f"rgb_{k}" for k in (level - 1, level) if k >= 0}


@pytest.mark.parametrize(("fade", "same"), [(0.0, True), (0.5, False)])
def test_at_the_start_of_a_fade_the_image_is_that_of_the_level_before(
    state: GrowingState, fade: float, same: bool
) -> None:
    z = torch.randn(2, 4)
    small, large = state.networks["G"](z, 1, 1.0), state.networks["G"](z, 2, fade)
    grown = torch.nn.functional.interpolate(small, scale_factor=2)
    assert torch.allclose(grown, large, atol=1e-5) is same


def test_layers_are_made_when_their_level_begins() -> None:
    state = at_first()
    networks = [*state.networks.values(), *state.averages.values()]
    assert not any("rgb_1" in dict(network.named_children()) for network in networks)
    state.begin(1)
    assert all("rgb_1" in dict(network.named_children()) for network in networks)
    assert not any("rgb_2" in dict(network.named_children()) for network in networks)
    assert not any(weight.requires_grad for weight in state.averages["G"].parameters())


def test_what_was_learned_stays_the_same_tensor_and_averages_begin_with_new_layers() -> None:
    state = at_first()
    before = dict(state.networks["G"].named_parameters())
    state.begin(1)
    after = dict(state.networks["G"].named_parameters())
    assert before.keys() < after.keys()
    assert all(after[name] is weight for name, weight in before.items())
    for name, weight in state.averages["G"].named_parameters():
        assert torch.equal(weight, after[name]) and weight is not after[name]


def test_layers_start_alike_and_in_one_order_whichever_level_was_before() -> None:
    one, other = at_first(), at_first()
    one.begin(1)
    one.begin(2)
    other.begin(3)
    for name, network in one.networks.items():
        found, again = network.state_dict(), other.networks[name].state_dict()
        assert list(found) == list(again)
        assert all(torch.equal(found[key], again[key]) for key in found)


def test_a_problem_of_all_levels_is_told_once(registry: Registry) -> None:
    text = TEXT.replace('out = "nf[i - 1]"', 'out = "nf[i - 1] + 1"')
    assert codes(registry, text) == ["GF303"]


def test_without_stages_that_grow_there_is_no_level(registry: Registry) -> None:
    text = TEXT.replace('level = "range(top + 1)"\nfade_kimg = 0.012\n', "")
    assert set(codes(registry, text)) == {"GF605"}


def test_flow_that_differs_between_levels_has_functions_for_each(registry: Registry) -> None:
    wiring = '"lerp(upsample(downsample(sized)), sized, fade) if level > 0 else sized"'
    text = TEXT.replace('"lerp(upsample(downsample(sized)), sized, fade)"', wiring)
    program = compile_spec(text, registry=registry).program().text
    assert "def grow_0_critic_step" in program and program.count("class G(") == 1


def test_the_last_stage_of_several_levels_is_named_by_its_table(registry: Registry) -> None:
    text = TEXT.replace('level = "range(top + 1)"', "level = [0, 2]")
    stages = [graph.spec.stage for graph in graph_of(registry, text).stages]
    assert [stage.name for stage in stages if stage] == ["grow-0", "grow-2", "finish"]


def bodies_of(graph: Graph, block: str) -> list[Body]:
    """The bodies of a composite block in G."""
    operations = graph.networks["G"].body.operations()
    return [op.body for op in operations if isinstance(op, Composite) and op.name == block]


def test_a_block_that_asks_for_the_level_is_another_at_each(registry: Registry) -> None:
    last = '{ from = "lerp(upsample(rgb[level - 1]), rgb[level], fade) if level > 0 else rgb[0]" },'
    shade = '[blocks.shade]\nlayers = [{ block = "leaky-relu", slope = "0.5**level" }]\n'
    text = TEXT.replace(last, f'{last}\n  {{ block = "shade" }},') + shade
    assert codes(registry, text) == ["GF621"]


def test_a_block_that_does_not_ask_is_expanded_once_for_all_levels(registry: Registry) -> None:
    first, *others = (bodies_of(graph, "step")[0] for graph in graph_of(registry).stages)
    assert all(body is first for body in others)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[train]\n", '[train]\nmonitor = { networks = ["D"] }\n'),
        ("[stages.finish]\n", '[stages.finish]\ninit_from = "./before"\n'),
        (
            "[stages.grow]\n",
            '[losses.even]\nkind = "orthogonal"\nnetworks = ["D.last"]\n[stages.grow]\n',
        ),
    ],
)
def test_networks_are_made_whole_where_something_names_their_layers_from_the_start(
    registry: Registry, old: str, new: str
) -> None:
    text = TEXT.replace('"linear", out = "nf[0]", act', '"linear", id = "last", out = "nf[0]", act')
    assert "layers_of" in compile_spec(text, registry=registry).program().text
    compilation = compile_spec(text.replace(old, new), registry=registry)
    assert compilation.report.ok, str(compilation.report)
    assert "layers_of" not in compilation.program().text
