"""Loops of a spec whose turns differ in sizes alone stay loops in the program."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganforge.codegen import networks
from ganforge.codegen.loops import Turns, in_loops
from ganforge.graph.nodes import Turn
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

SIZES = st.one_of(
    st.builds(lambda a, k: [a << n for n in range(k)], st.integers(1, 64), st.integers(1, 6)),
    st.builds(lambda a, k: [a >> n for n in range(k)], st.integers(1, 999), st.integers(1, 6)),
    st.builds(
        lambda a, step, k: [a + step * n for n in range(k)],
        *(st.integers(100, 200), st.integers(-9, 9), st.integers(1, 6)),
    ),
    st.lists(st.integers(1, 3), min_size=1, max_size=6),
)


def compiled(spec: str, *overrides: str) -> str:
    return compile_spec(spec, overrides).program().text


@given(st.lists(SIZES, min_size=1, max_size=4), st.integers(1, 3))
def test_loops_give_the_same_modules_in_the_same_order(loops: list[list[int]], each: int) -> None:
    items, turns = ["first(7)"], [()]
    for number, sizes in enumerate(loops):
        for turn, size in enumerate(sizes):
            items += [f"m{k}('of 5', {size}, ({size + k}, 3), kernel=3)" for k in range(each)]
            turns += [(Turn(("layers", number), turn, "i", turn),)] * each

    def written(parts: list[Turns]) -> object:
        made = {f"m{k}": lambda *a, k=k, **b: (k, a, b) for k in range(3)}
        text = ", ".join(part.text for part in parts)
        return eval(f"[{text}]", {**made, "first": lambda a: a})

    assert written(in_loops(items, turns)) == written([Turns(tuple(items))])


def test_dcgan_is_written_with_its_loops() -> None:
    text = compiled("dcgan")
    assert text.count("for i in range(3)") == 2
    assert (
        "512 // 2**i, 256 // 2**i, kernel_size=4" in text and "nn.BatchNorm2d(128 * 2**i)" in text
    )


@pytest.mark.parametrize(
    ("spec", "overrides"),
    [
        ("dcgan", ("size=128", "width=2")),
        ("srgan", ("width=4", "blocks=2")),
        ("stackgan", ("size=64", "gf=16", "df=4", "condition=3", "embedding=5")),
        ("wgan-gp", ("dim=4",)),
    ],
)
def test_weights_have_the_names_and_the_start_that_they_have_without_loops(
    spec: str, overrides: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folded = compiled(spec, *overrides)
    monkeypatch.setattr(networks, "in_loops", lambda items, turns: [Turns(tuple(items))])
    plain = compiled(spec, *overrides)
    assert len(folded) < len(plain)
    one, other = (
        import_program(text).build(0, torch.device("cpu")).networks for text in (folded, plain)
    )
    for name, network in one.items():
        weights, expected = network.state_dict(), other[name].state_dict()
        assert list(weights) == list(expected)
        assert all(weights[key].equal(expected[key]) for key in weights)
