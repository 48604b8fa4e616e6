"""Blocks and losses of plugins that fail on what a spec gives them: one finding, at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Install = Callable[..., Path]
Command = Callable[..., Result]

SOURCE = """
from ganforge.plugins import Block, Loss, Params, Ref, ShapeError, Tensor, Term, call, hookimpl

def infer(p, x):
    return x

def make(p, x):
    return call("nn.Identity")

def terms(p):
    return (Term("all", call("torch.mean", Ref("original"))),)

@hookimpl
def ganforge_register_blocks():
    return [Block("wobble", "Wobbles.", Params, infer, module=make, stateful=True)]

@hookimpl
def ganforge_register_losses():
    return [Loss("wobbly", "Wobbles.", Params, ("original",), terms)]
"""
SPEC = """ganforge = 1
extends = "gan"
[networks.D]
layers = [
  { block = "wobble" },
  { block = "linear", out = 600 },
  { block = "linear", out = 1 },
]
[losses.more]
kind = "wobbly"
original = "D(fake)"
"""


REPORT = "this is a mistake in `alpha_module`: report it to the author of alpha 2.1"
CORRECT = "this is a mistake in `alpha_module`: correct it there"


def test_what_is_sound_is_no_finding(install: Install, ganforge: Command) -> None:
    install("alpha", SOURCE)
    Path("mine.toml").write_text(SPEC)
    assert "GF8" not in ganforge("check", "mine.toml").output


@pytest.mark.parametrize(
    ("old", "new", "said", "place"),
    [
        (
            "return x\n",
            "return x.with_shape(1 // 0)\n",
            "fails on 1 x 28 x 28: ZeroDivisionError",
            5,
        ),
        (
            "return x\n",
            "raise ShapeError('ABC1', 'no')\n",
            "fails on 1 x 28 x 28: ShapeError: no",
            5,
        ),
        ("return x\n", "return (3, 4)\n", "gives no shape for 1 x 28 x 28: TypeError: (3, 4)", 5),
        (
            "return x\n",
            "return x.with_shape(1, x.height / 2, x.width)\n",
            "gives 1 x 14.0 x 28 for 1 x 28 x 28: TypeError: 14.0 is no whole number: `//` gives",
            5,
        ),
        (
            "return x\n",
            "return x.with_shape(1, None, 3)\n",
            "gives 1 x None x 3 for 1 x 28 x 28: TypeError: None is no whole number",
            5,
        ),
        (
            'call("nn.Identity")',
            '"nn.Identity"',
            'is no Call: write `call("package.module:Name", ...)`',
            5,
        ),
        ('call("nn.Identity")', "p.size", "the module of the block `wobble` cannot be made", 5),
        ('call("nn.Identity")', '"nn.Identity"', "TypeError: 'nn.Identity' is no Call", 5),
        ('(Term("all"', '1 / 0, (Term("all"', "the loss `wobbly` cannot be made: ZeroDiv", 9),
    ],
)
def test_a_mistake_of_a_plugin_is_told_at_its_place(
    install: Install, ganforge: Command, old: str, new: str, said: str, place: int
) -> None:
    install("alpha", SOURCE.replace(old, new))
    Path("mine.toml").write_text(SPEC)
    result = ganforge("check", "mine.toml")
    assert "error[GF810]: " in result.output
    assert said in result.output
    assert f" --> mine.toml:{place}:" in result.output
    assert f"help: {REPORT}\n" in result.output
    assert ", at site/alpha_module.py:" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    return x\n", "    return x.with_shape(1 // 0)\n", "    return x.with_shape(1 // 0)"),
        ("    return x\n", "    return half(x)\n", "    return x.height / 0"),
        (
            "    return x\n",
            "    return x.with_shape(9).width\n",
            "    return x.with_shape(9).width",
        ),
        ("    return x\n", "    return (3, 4)\n", "def infer(p, x):"),
        ('call("nn.Identity")', '"nn.Identity"', "def make(p, x):"),
    ],
)
def test_the_line_of_the_plugin_is_told(
    install: Install, ganforge: Command, old: str, new: str, line: str
) -> None:
    file = install("alpha", f"{SOURCE.replace(old, new)}\ndef half(x):\n    return x.height / 0\n")
    Path("mine.toml").write_text(SPEC)
    number = file.read_text().splitlines().index(line) + 1
    assert f", at site/alpha_module.py:{number}\n" in ganforge("check", "mine.toml").output


def test_who_has_the_source_is_told_to_correct_it(
    install: Install, ganforge: Command, site: Path
) -> None:
    install("alpha", SOURCE.replace("return x\n", "return x.with_shape(1 // 0)\n"))
    about = '{"url": "file:///home/me/alpha", "dir_info": {"editable": true}}'
    (site / "alpha-2.1.dist-info" / "direct_url.json").write_text(about)
    Path("mine.toml").write_text(SPEC)
    assert f"help: {CORRECT}\n" in ganforge("check", "mine.toml").output


def test_code_of_a_spec_is_its_own_author_s_to_correct(ganforge: Command, site: Path) -> None:
    (site / "alpha_module.py").write_text(
        SOURCE.replace("return x\n", "return x.with_shape(1 // 0)\n")
    )
    Path("mine.toml").write_text(f'{SPEC}[plugins]\nlocal = ["site/alpha_module.py"]\n')
    result = ganforge("check", "mine.toml", "--allow-local-code").output
    assert ", at site/alpha_module.py:5\n" in result
    assert f"help: {CORRECT}\n" in result


PARAMS = """
from pydantic import field_validator
from ganforge.plugins import Block, Params, hookimpl
from ganforge.plugins.params import Int

class Wobble(Params):
    far: Int = 1

    @field_validator("far")
    @classmethod
    def _known(cls, value):
        return {1: 1}[value]

@hookimpl
def ganforge_register_blocks():
    same = lambda p, x: x
    return [Block("wobble", "Wobbles.", Wobble, same, function=same)]
"""


@pytest.mark.parametrize(
    "layer",
    ['{ block = "wobble", far = 2 }', '{ block = "linear", out = 9, from = "wobble(x, far=2)" }'],
)
def test_parameters_that_cannot_be_read_are_told(
    install: Install, ganforge: Command, layer: str
) -> None:
    install("alpha", PARAMS)
    Path("mine.toml").write_text(SPEC.replace('{ block = "wobble" }', layer).partition("[loss")[0])
    result = ganforge("check", "mine.toml")
    assert "error[GF810]: " in result.output
    assert "cannot be read: KeyError: 2" in result.output
    assert f"help: {REPORT}\n" in result.output
