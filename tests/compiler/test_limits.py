"""Large, deep and slow specs end soon, in a program or in a report."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from ganforge.pipeline import Compilation

Critic = Callable[..., Compilation]
ONE = '{ block = "linear", out = 1 }'


def codes(compilation: Compilation) -> list[str]:
    return [diagnostic.code for diagnostic in compilation.report.diagnostics]


def loop(count: int, *layers: str) -> str:
    return f'{{ for = "i", in = "range({count})", layers = [{", ".join(layers)}] }}'


@pytest.mark.parametrize(
    "layers",
    [
        [loop(10_000, '{ block = "linear", out = 8 }')],
        [loop(5_000, '{ block = "linear", out = "8 + i % 3" }', '{ block = "relu" }')],
        ['{ block = "linear", out = 8 }'] * 10_000,
    ],
    ids=["a loop", "a loop of different layers", "a list"],
)
def test_ten_thousand_layers_compile(critic: Critic, layers: list[str]) -> None:
    compilation = critic(*layers, ONE)
    assert compilation.report.ok
    ast.parse(compilation.program().text)


def test_more_than_twenty_thousand_layers_are_one_error(critic: Critic) -> None:
    assert codes(critic(loop(20_000, '{ block = "relu" }'), ONE)) == ["GF118"]


def test_a_list_of_more_than_twenty_thousand_layers_is_one_error(critic: Critic) -> None:
    assert codes(critic(*['{ block = "relu" }'] * 20_001)) == ["GF118"]


def test_loops_without_layers_are_counted(critic: Critic) -> None:
    assert codes(critic(loop(20_000, loop(20_000).replace('"i"', '"j"')), ONE)) == ["GF118"]


def test_blocks_that_double_are_counted(critic: Critic) -> None:
    two = '[blocks.b{}]\nlayers = [{{ block = "b{}" }}, {{ block = "b{}" }}]\n'
    blocks = "".join(two.format(k, k + 1, k + 1) for k in range(40))
    last = '[blocks.b40]\nlayers = [{ block = "relu" }]\n'
    assert codes(critic('{ block = "b0" }', ONE, more=blocks + last)) == ["GF118"]


def test_blocks_nested_too_deep_are_one_error(critic: Critic) -> None:
    blocks = "".join(f'[blocks.b{k}]\nlayers = [{{ block = "b{k + 1}" }}]\n' for k in range(60))
    last = '[blocks.b60]\nlayers = [{ block = "relu" }]\n'
    assert codes(critic('{ block = "b0" }', ONE, more=blocks + last)) == ["GF118"]


def test_loops_in_nested_blocks_end_in_a_report(critic: Critic) -> None:
    nested = '{ block = "b%d" }'
    for k in range(20):
        nested = f'{{ for = "v{k}", in = [0], layers = [{nested}] }}'
    blocks = "".join(f"[blocks.b{k}]\nlayers = [{nested % (k + 1)}]\n" for k in range(49))
    last = '[blocks.b49]\nlayers = [{ block = "relu" }]\n'
    assert codes(critic('{ block = "b0" }', ONE, more=blocks + last)) == ["GF118"]


SLOW = [
    "sum([sum([i * j for j in range(20000)]) for i in range(20000)])",
    "sum([sum(range(20000)) for i in range(20000)])",
    "sum([[0] * 20000 for i in range(100)], [])",
    "len([[0] * 20000 for i in range(20000)])",
    "9**9**9**9",
    "[0] * 10**12",
    "range(10**9)",
    "max([max([k % 7 for k in range(9000)]) for j in range(9000)])",
]


@pytest.mark.parametrize("formula", SLOW)
def test_a_formula_without_end_is_stopped(base: str, compiled: object, formula: str) -> None:
    assert callable(compiled)
    found = compiled(f'{base}\n[params]\nwidth = "{formula}"\n')
    assert codes(found)[0] in ("GF118", "GF119")


def test_many_slow_formulas_end_as_one_does(base: str, critic: Critic) -> None:
    slow = "".join(f'p{k} = "sum([i for i in range(20000)])"\n' for k in range(2_000))
    assert codes(critic(ONE, more=f"\n[params]\n{slow}")) == ["GF118"]


def test_lists_that_share_their_parts_count_written_out(critic: Critic) -> None:
    doubled = "".join(f'p{k + 1} = "[p{k}, p{k}]"\n' for k in range(45))
    params = f'\n[params]\np0 = "[0, 0]"\n{doubled}q = "1 if p45 == p44 else 2"\n'
    assert codes(critic(ONE, more=params)) == ["GF118"]


@pytest.mark.parametrize("text", ["(" * 200 + "1" + ")" * 200, "-" * 300 + "1", "1+" * 200 + "1"])
def test_deep_formulas_are_refused_or_computed(critic: Critic, text: str) -> None:
    assert critic(ONE, more=f'\n[params]\na = "{text}"\n').report.diagnostics


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e300", "9" * 400])
@pytest.mark.parametrize("key", ["lr = 2e-4", "size = 16", "channels = 1", "batch = 8"])
def test_numbers_beyond_all_use_are_out_of_bounds(
    base: str, compiled: object, key: str, number: str
) -> None:
    assert callable(compiled)
    name = key.split(" = ")[0]
    assert codes(compiled(base.replace(key, f"{name} = {number}", 1))) == ["GF115"]


@pytest.mark.parametrize("size", ["0", "-5", '"-5"', '"1 - 2"'])
def test_sizes_are_at_least_one(base: str, compiled: object, size: str) -> None:
    assert callable(compiled)
    assert codes(compiled(base.replace("size = 16", f"size = {size}"))) == ["GF115"]
