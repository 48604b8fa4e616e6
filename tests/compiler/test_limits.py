"""Large, deep and slow specs end soon, in a program or in a report."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from ganforge.pipeline import Compilation

Critic = Callable[..., Compilation]
Compile = Callable[[str], Compilation]
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
    slow = "".join(f'p{k} = "sum([i for i in range(20000)])"\n' for k in range(900))
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


LARGE = {
    "1,001 networks": "".join(f"[networks.N{k}]\nlayers = []\n" for k in range(1_001)),
    "1,001 keys": "[params]\n" + "".join(f"p{k} = 1\n" for k in range(1_001)),
    "an array of 20,001 items": f"[params]\nlong = [{'1,' * 20_001}]\n",
    "100,001 values": f"[params]\nlong = [{'[1,2,3],' * 30_000}]\n",
    "1,001 names": "without = [" + "'train'," * 1_001 + "]\n",
}


@pytest.mark.parametrize("kind", LARGE)
def test_more_than_a_file_may_hold_is_one_error(compiled: Compile, kind: str) -> None:
    (found,) = compiled(f'ganforge = 1\nextends = "dcgan"\n{LARGE[kind]}').report.diagnostics
    assert (found.code, found.span and found.span.line) in (("GF118", 3), ("GF118", 4))


def test_more_than_a_hundred_stages_are_one_error(compiled: Compile) -> None:
    stages = "".join(f"[stages.s{k}]\nrounds = 1\n" for k in range(101))
    (found,) = compiled(f'ganforge = 1\nextends = "dcgan"\n{stages}').report.diagnostics
    assert (found.code, found.path) == ("GF118", "stages")


def test_commas_in_comments_and_strings_are_no_values(base: str, compiled: Compile) -> None:
    commas = "," * 150_000
    titled = base.replace("[gan]", f"[gan]\ntitle = '{commas}'")
    assert codes(compiled(f"# {commas}\n{titled}")) == []


@pytest.mark.parametrize("wide", ["10**12", "10**9"], ids=["a tensor", "the weights of a layer"])
def test_what_no_machine_holds_is_one_error(critic: Critic, wide: str) -> None:
    layer = f'{{ block = "linear", out = "{wide}" }}'
    assert codes(critic(layer, layer, ONE)) == ["GF118"]


def test_a_circle_of_many_tensors_is_told_in_short(base: str, compiled: Compile) -> None:
    flow = "".join(f't{k} = "t{(k + 1) % 500}"\n' for k in range(500))
    found = compiled(base.replace("[flow]\n", f"[flow]\n{flow}")).report.errors[0]
    assert found.code == "GF203"
    assert "488 more" in found.message and len(found.message) < 200


def test_many_heads_are_looked_at_in_one_walk(critic: Critic) -> None:
    heads = [f'{{ id = "h{k}", block = "relu" }}' for k in range(6_000)]
    assert critic(*heads, ONE).report.ok
