"""What the picture of a GAN says, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from ganforge.document import shipped_names
from ganforge.graph.weights import network_weights
from ganforge.pipeline import compile_spec
from ganforge.show.picture.model import Edge, Flow, Picture, Row

Draw = Callable[..., Picture]

DETACHED = """ganforge = 1
extends = "gan"

[networks.E]
inputs = ["x"]
frozen = true
layers = [{ block = "linear", out = 3 }]

[networks.F]
inputs = ["x"]
layers = [{ block = "linear", out = 3 }]

[losses.far]
kind = "reconstruction"
original = "E(fake)"
reconstruction = "F(detach(fake))"
"""


def edges(picture: Picture) -> dict[str, Edge]:
    return {edge.id: edge for edge in picture.edges}


def told(picture: Picture, ids: Iterable[str]) -> set[tuple[str, str]]:
    """Edges by the tensor and the box that takes it."""
    known = edges(picture)
    return {(known[i].tensor, known[i].target) for i in ids}


def flow(picture: Picture, loss: str, player: str) -> Flow:
    return next(f for f in picture.flows if (f.loss, f.player) == (loss, player))


def leaves(rows: Iterable[Row]) -> list[Row]:
    return [leaf for row in rows for leaf in (leaves(row.rows) if row.rows else [row])]


def test_data_latents_networks_and_losses_have_boxes(draw: Draw) -> None:
    boxes = [(box.kind, box.role, box.title, box.shape) for box in draw("dcgan").boxes]
    assert boxes == [
        ("source", "field", "x", "3 × 64 × 64"),
        ("source", "latent", "z", "100"),
        ("network", "", "G", ""),
        ("network", "", "D", ""),
        ("loss", "", "adversarial", ""),
    ]


def test_edges_carry_tensors_with_shapes_and_what_they_are_to_a_loss(draw: Draw) -> None:
    found = [(e.source, e.target, e.tensor, e.shape, e.port) for e in draw("dcgan").edges]
    assert found == [
        ("n1", "net:G", "z", "100", ""),
        ("n0", "net:D", "x", "3 × 64 × 64", ""),
        ("net:G", "net:D", "fake", "3 × 64 × 64", ""),
        ("net:D", "loss:adversarial", "D(x)", "1 × 1 × 1", "real"),
        ("net:D", "loss:adversarial", "D(fake)", "1 × 1 × 1", "fake"),
    ]


def test_the_inputs_of_a_network_are_named_where_it_has_several(draw: Draw) -> None:
    into = {(e.tensor, e.port) for e in draw("pix2pix").edges if e.target == "net:D"}
    assert into == {("a", "a"), ("b", "b"), ("fake_b", "b")}


def test_calls_of_a_network_are_one_box_unless_one_needs_the_other(draw: Draw) -> None:
    calls = {box.id: box.calls for box in draw("cyclegan").boxes if box.kind == "network"}
    assert calls["net:G_ab:1"] == ("fake_b = G_ab(a)", "G_ab(b)")
    assert calls["net:G_ab:2"] == ("rec_b = G_ab(fake_a)",)
    assert calls["net:D_b"] == ("D_b(b)", "D_b(fake_b)", "D_b(replayed fake_b)")


@pytest.mark.parametrize("spec", shipped_names())
def test_boxes_and_edges_have_no_circle_and_no_loose_end(spec: str, draw: Draw) -> None:
    import networkx as nx

    picture = draw(spec)
    wiring: nx.MultiDiGraph[str] = nx.MultiDiGraph((e.source, e.target) for e in picture.edges)
    assert nx.is_directed_acyclic_graph(wiring)
    assert set(wiring) == {box.id for box in picture.boxes}
    known = set(edges(picture))
    for each in picture.flows:
        assert each.moves
        assert {*each.edges, *(cut.edge for cut in each.cuts)} <= known


@pytest.mark.parametrize("spec", shipped_names())
def test_each_step_moves_what_the_compiler_says(spec: str, draw: Draw) -> None:
    picture, plan = draw(spec), compile_spec(spec).plan
    assert plan is not None
    said = {
        (term.loss, step.player.name, network)
        for stage in plan.stages or (plan,)
        for step in (*stage.steps, *stage.lazy)
        for term in step.terms
        for network in term.moves & set(step.player.networks)
    }
    assert {(f.loss, f.player, n) for f in picture.flows for n in f.moves} == said


@pytest.mark.parametrize("spec", shipped_names())
def test_a_flow_leaves_just_those_networks_that_it_moves_or_passes(spec: str, draw: Draw) -> None:
    picture = draw(spec)
    networks = {box.id: box.network for box in picture.boxes}
    for each in picture.flows:
        left = {networks[edges(picture)[i].source] for i in each.edges}
        assert set(each.moves) | set(each.passes) == left - {""}


def test_the_gradient_of_the_critics_step_is_cut_at_the_generated_image(draw: Draw) -> None:
    picture = draw("dcgan")
    critic = flow(picture, "adversarial", "critic")
    assert critic.moves == ("D",) and critic.passes == ()
    assert told(picture, critic.edges) == {(f"D({t})", "loss:adversarial") for t in ("x", "fake")}
    assert told(picture, [cut.edge for cut in critic.cuts]) == {("fake", "net:D")}
    assert critic.cuts[0].why == "G is not moved here"


def test_the_gradient_of_the_generators_step_passes_the_critic(draw: Draw) -> None:
    picture = draw("dcgan")
    generator = flow(picture, "adversarial", "generator")
    assert (generator.moves, generator.passes, generator.cuts) == (("G",), ("D",), ())
    assert told(picture, generator.edges) == {
        ("D(fake)", "loss:adversarial"),
        ("fake", "net:D"),
    }


def test_a_penalty_ends_where_it_differentiates(draw: Draw) -> None:
    picture = draw("wgan-gp")
    penalty = flow(picture, "penalty", "critic")
    assert told(picture, penalty.edges) == {("D(between)", "loss:penalty")}
    assert told(picture, [cut.edge for cut in penalty.cuts]) == {("between", "net:D")}


def test_detach_cuts_a_gradient_and_a_frozen_network_passes_it(draw: Draw) -> None:
    picture = draw(DETACHED)
    far = flow(picture, "far", "generator")
    assert (far.moves, far.passes) == (("G", "F"), ("E",))
    assert {edges(picture)[cut.edge].tensor: cut.why for cut in far.cuts} == {
        "detach(fake)": "cut by detach"
    }
    assert picture.networks["E"].side == "fixed" and picture.networks["E"].frozen


def test_a_gradient_that_only_frozen_networks_stand_before_names_them(draw: Draw) -> None:
    picture = draw(DETACHED.replace('"E(fake)"', '"E(x)"'))
    far = flow(picture, "far", "generator")
    whys = {edges(picture)[cut.edge].tensor: cut.why for cut in far.cuts}
    assert whys == {"detach(fake)": "G is not moved here", "E(x)": "E is frozen"}


def test_the_tabs_are_the_whole_and_the_steps_of_a_round(draw: Draw) -> None:
    whole, critic, generator = draw("wgan-gp").views
    assert [view.title for view in (whole, critic, generator)] == [
        "Whole",
        "critic step",
        "generator step",
    ]
    assert whole.note == "In each round: critic × 5, then generator"
    assert "loss:penalty" in critic.boxes and "loss:penalty" not in generator.boxes
    assert set(generator.boxes) < set(whole.boxes) == set(critic.boxes)


def test_a_loss_of_every_nth_step_has_a_tab_of_its_own(draw: Draw) -> None:
    picture = draw('ganforge = 1\nextends = "wgan-gp"\n[losses.penalty]\nevery = 16\n')
    lazy = next(view for view in picture.views if "16" in view.title)
    assert lazy.title == "critic step, every 16 steps"
    assert [f.loss for f in picture.flows if f.view == lazy.id] == ["penalty"]


@pytest.mark.parametrize("spec", ["gan", "bigan", "cyclegan", "pix2pix", "sngan-projection"])
def test_the_weights_of_rows_are_those_of_the_network(spec: str, draw: Draw) -> None:
    graph = compile_spec(spec).graph
    assert graph is not None
    for name, network in draw(spec).networks.items():
        assert network.known
        assert network.weights == network_weights(graph.networks[name].body)


def test_a_row_is_a_layer_as_the_spec_writes_it(draw: Draw) -> None:
    first = draw("infogan").networks["G"].rows[0]
    assert (first.text, first.then, first.takes) == (
        "linear",
        ("batch-norm", "relu"),
        "concat(z, one_hot(c), u)",
    )
    assert (first.output, first.weights) == ("1024", (62 + 10 + 2) * 1024 + 1024 + 2 * 1024)


def test_equal_turns_of_a_loop_are_one_run(draw: Draw) -> None:
    picture = draw("cyclegan")
    run = picture.networks["G_ab"].rows[2]
    assert (run.kind, run.count, len(run.rows)) == ("loop", 9, 1)
    residual = run.rows[0].rows[0]
    assert run.weights == 9 * residual.weights
    assert [row.text for row in picture.blocks[residual.block]][-1] == "x + prev"


def test_turns_that_differ_stand_alone_and_name_their_value(draw: Draw) -> None:
    loop = draw("dcgan").networks["G"].rows[2]
    assert [row.text for row in loop.rows] == ["i = 0", "i = 1", "i = 2"]
    assert [row.output for row in loop.rows] == ["256 × 8 × 8", "128 × 16 × 16", "64 × 32 × 32"]


def test_a_loop_may_take_one_value_twice(draw: Draw) -> None:
    loop = draw("wgan-gp").networks["D"].rows[1]
    assert (loop.text, loop.count) == ("m in 2, 4, 8, 8", 4)
    assert [row.text for row in loop.rows] == ["m = 2", "m = 4", "m = 8", "m = 8"]


def test_a_skip_names_the_turn_that_it_comes_from(draw: Draw) -> None:
    texts = [row.text for row in leaves(draw("pix2pix").networks["G"].rows)]
    assert [t for t in texts if t.startswith("concat")] == [
        f"concat(down[{k}], prev)" for k in range(6, -1, -1)
    ]


def test_a_layer_to_the_side_is_marked(draw: Draw) -> None:
    rows = draw("infogan").networks["Q"].rows
    assert [(row.name, row.side) for row in rows] == [
        ("", False),
        ("c", True),
        ("", False),
        ("u", False),
    ]


def test_a_spec_with_stages_has_a_tab_for_each(draw: Draw) -> None:
    picture = draw(str(Path(__file__).parents[1] / "cases" / "two-stages.toml"))
    assert [view.title for view in picture.views] == ["Whole", "low", "high"]
    _, low, high = picture.views
    assert (low.kind, low.note) == ("stage", "6 rounds, moves D1, G1")
    assert "loss:first" in low.boxes and "loss:second" not in low.boxes
    moved = {(f.view, f.loss, f.moves) for f in picture.flows if f.player == "generator"}
    assert moved == {(low.id, "first", ("G1",)), (high.id, "second", ("G2",))}
    assert picture.stages == ("low: 6 rounds", "high: 5 rounds")


def test_a_level_of_growth_has_a_tab_with_its_own_networks_and_shapes(draw: Draw) -> None:
    picture = draw("progan")
    views = {view.title: view for view in picture.views}
    assert list(views) == ["Whole", *(f"grow-{level}" for level in range(9)), "finish"]
    low, high = views["grow-2"], views["grow-8"]
    assert low.note == "Level 2, 16 pixels, fade 600 + 600 kimg, moves D, G"
    assert low.networks["D"].inputs == {"x": "3 × 16 × 16"}
    assert low.networks["G"].layers < high.networks["G"].layers
    real = next(edge.id for edge in picture.edges if edge.tensor == "real")
    assert low.changed[real] == {"shape": "3 × 16 × 16"}
    assert real not in high.changed
    assert [player["batch"] for player in low.players] == [128, 128]
