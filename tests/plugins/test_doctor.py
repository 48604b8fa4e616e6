"""`ganforge plugins`: what it says of sound plugins, and of every way in which one can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Install = Callable[..., Path]
Command = Callable[..., Result]

BLOCK = """
from ganforge.plugins import Block, Params, call, hookimpl

@hookimpl
def ganforge_register_blocks():
    return [Block("wobble", "Wobbles.", Params, infer=lambda params, x: x)]
"""


def test_a_sound_plugin_is_told_with_what_it_gives(install: Install, ganforge: Command) -> None:
    install("alpha", BLOCK)
    result = ganforge("plugins", "doctor")
    assert "alpha 2.1: ok\n  plugin = alpha_module (interface 1)\n" in result.output
    assert "  gives the block `wobble`\n" in result.output
    assert result.output.endswith("No problems found.\n")
    assert result.exit_code == 0
    assert "alpha 2.1       1 block\n" in ganforge("plugins", "list").output


def test_versions_are_told_first(ganforge: Command) -> None:
    first = ganforge("plugins", "doctor").output.splitlines()[0]
    for word in ("python 3.", "ganforge ", "torch ", "pluggy ", "plugin interface 1"):
        assert word in first


def test_show_tells_each_name_with_what_it_is(install: Install, ganforge: Command) -> None:
    install("alpha", BLOCK)
    text = ganforge("plugins", "show", "Alpha").output
    assert text == "alpha 2.1\n\nplugin = alpha_module\n\nblocks:\n  wobble  Wobbles.\n"


def test_show_of_what_has_no_plugins_names_the_nearest(ganforge: Command) -> None:
    result = ganforge("plugins", "show", "ganfroge")
    assert result.exit_code == 2
    assert "did you mean the distribution `ganforge`?" in result.stderr


def test_a_failure_is_told_with_its_error_and_what_is_missing(
    install: Install, ganforge: Command
) -> None:
    install("alpha", f"import not_there_at_all\n{BLOCK}")
    result = ganforge("plugins", "doctor")
    assert result.exit_code == 1
    for line in (
        "alpha 2.1: wrong",
        "  would give the block `wobble`",
        "  problem: the plugin `plugin` of alpha 2.1 does not load: "
        "ModuleNotFoundError: No module named 'not_there_at_all', at site/alpha_module.py:1",
        "    = help: it imports `not_there_at_all`, which is not installed; else "
        "`pip install -U alpha`, or `pip uninstall alpha`",
        "Found 1 problem.",
    ):
        assert line in result.output.splitlines()
    assert "in <module>" not in result.output


def test_frames_are_shown_on_request(install: Install, ganforge: Command) -> None:
    file = install("alpha", "def broken():\n    return 1 / 0\n\nbroken()\n")
    lines = ganforge("plugins", "doctor", "--traceback").output.splitlines()
    assert f"    | {file}:2, in broken: return 1 / 0" in lines
    assert "    | ZeroDivisionError: division by zero" in lines


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("GANFORGE_INTERFACE = 9" + BLOCK, "is written for interface 9"),
        (
            "from ganforge.plugins import NotYetThere\nGANFORGE_INTERFACE = 9",
            "is written for interface 9",
        ),
        ("GANFORGE_INTERFACE = True" + BLOCK, "is written for interface True"),
        (BLOCK.replace("register_blocks", "register_block"), "defines `ganforge_register_block`"),
        (BLOCK.replace("@hookimpl", "").replace("ganforge_reg", "ganforge_ger"), "is no hook"),
        (BLOCK.replace("return [", "return 1 / 0 or ["), "fails in `ganforge_register_blocks`"),
        (
            BLOCK.replace("wobble", "conv"),
            "the block `conv` of alpha 2.1 has the name of a built-in",
        ),
    ],
)
def test_each_thing_that_is_wrong_is_told(
    install: Install, ganforge: Command, source: str, said: str
) -> None:
    install("alpha", source)
    result = ganforge("plugins", "doctor")
    problem = result.output.partition("alpha 2.1: wrong")[2]
    assert said in problem
    assert "= help: " in problem
    assert result.exit_code == 1


def test_a_newer_interface_asks_for_a_newer_ganforge_and_an_older_for_a_newer_plugin(
    install: Install, ganforge: Command
) -> None:
    install("alpha", "GANFORGE_INTERFACE = 2")
    install("beta", "GANFORGE_INTERFACE = 0")
    told = ganforge("plugins", "doctor").output
    assert "= help: update ganforge: `pip install -U ganforge`" in told
    assert "= help: update it: `pip install -U beta`" in told


def test_a_broken_plugin_stops_no_command(install: Install, ganforge: Command) -> None:
    install("alpha", "raise SystemExit(7)")
    for command in (("check", "gan"), ("show", "gan"), ("list",), ("blocks",), ("rules",)):
        result = ganforge(*command)
        assert result.exit_code == 0, command
    assert "Something is wrong with a plugin" in ganforge("--help").output


def test_damaged_metadata_are_a_finding(site: Path, ganforge: Command) -> None:
    info = site / "gamma-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[ganforge]\nplugin = not a module!\n")
    result = ganforge("plugins", "doctor")
    assert result.exit_code == 1
    assert "does not load: ImportError: `not a module!` is no name of a module" in result.output
    assert ganforge("check", "gan").exit_code == 0


def test_an_entry_point_to_nothing_is_told_as_such(
    install: Install, ganforge: Command, site: Path
) -> None:
    install("alpha", BLOCK)
    (site / "alpha_module.py").unlink()
    told = ganforge("plugins", "doctor").output
    assert "does not load: ModuleNotFoundError: No module named 'alpha_module'" in told
    assert "= help: its entry point names `alpha_module`, which is not installed; else" in told


SPEC = """ganforge = 1
extends = "gan"
[networks.D]
layers = [{ block = "wobble" }, { block = "linear", out = 1 }]
"""


def spec_with(text: str, place: Any = "mine.toml") -> str:
    Path(place).write_text(text)
    return str(place)


def test_a_spec_that_needs_a_broken_plugin_says_so(install: Install, ganforge: Command) -> None:
    install("alpha", f"import not_there_at_all\n{BLOCK}")
    result = ganforge("check", spec_with(SPEC))
    assert (
        "error[GF801]: the block `wobble` is provided by alpha 2.1, which failed to load: "
        "ModuleNotFoundError: No module named 'not_there_at_all', at site/alpha_module.py:1"
    ) in result.output
    assert "`ganforge plugins doctor` says more" in result.output
    assert result.exit_code == 1


def test_finding_what_a_broken_plugin_would_give_runs_none_of_it(
    install: Install, ganforge: Command, site: Path
) -> None:
    trap = "from pathlib import Path\nPath('ran').write_text('x')\n"
    install("alpha", "import not_there_at_all")
    (site / "alpha_module.py").rename(site / "hidden.py")
    package = site / "alpha_module"
    package.mkdir()
    (package / "__init__.py").write_text("import not_there_at_all\n")
    (package / "more.py").write_text(trap + BLOCK)
    assert "is provided by alpha 2.1" in ganforge("check", spec_with(SPEC)).output
    assert not Path("ran").exists()


@pytest.mark.parametrize("name", ["wobble", "alpha/wobble", "ALPHA/wobble"])
def test_a_block_goes_by_its_full_name_too(install: Install, ganforge: Command, name: str) -> None:
    install("alpha", BLOCK.replace("infer", "module=lambda p, x: call('nn.ReLU'), infer"))
    found = ganforge("check", spec_with(SPEC.replace("wobble", name)), "--no-plugins").output
    assert (
        f"the block `{name}` is provided by alpha 2.1, which is left out by `--no-plugins`" in found
    )
    assert "error" not in ganforge("check", spec_with(SPEC.replace("wobble", name))).output


def test_full_names_serve_in_wiring_and_in_defaults(install: Install, ganforge: Command) -> None:
    source = """
    from ganforge.plugins import Block, Params, Ref, call, hookimpl
    from ganforge.plugins.params import Float

    class P(Params):
        by: Float = 1.0

    @hookimpl
    def ganforge_register_blocks():
        made = lambda p, x: call("torch.mul", Ref("x"), p.by)
        return [Block("wobble", "Scales.", P, infer=lambda p, x: x, function=made)]
    """
    install("alpha-one", source)
    install("beta", source.replace("torch.mul", "torch.add"))
    text = """ganforge = 1
    extends = "gan"
    [networks.D]
    defaults = { "alpha-one/wobble" = { by = 7 } }
    layers = [
      { block = "alpha-one/wobble" },
      { block = "beta/wobble" },
      { block = "linear", out = 1, from = "prev + alpha_one/wobble(prev) + beta/wobble(prev)" },
    ]
    """
    code = ganforge("show", spec_with(text), "--code").output
    assert "torch.mul(x, 7.0)" in code
    assert "torch.mul(x, 1.0)" in code or ", 1.0)" in code
    assert "torch.add(" in code
    bare = ganforge("check", spec_with(text.replace("alpha_one/wobble(", "wobble("))).output
    assert "GF802" in bare
    assert "write `alpha-one/wobble(...)` or `beta/wobble(...)`" in bare


@pytest.mark.parametrize(
    "change",
    [("register_blocks", "register_block"), ("@hookimpl", "")],
)
def test_a_name_that_a_wrong_plugin_hides_leads_to_the_doctor(
    install: Install, ganforge: Command, change: tuple[str, str]
) -> None:
    Path("mine.toml").write_text(
        'ganforge = 1\nextends = "dcgan"\n[networks.D]\nlayers = [{ block = "wobble" }]\n'
    )
    assert "`ganforge plugins doctor`" not in ganforge("check", "mine.toml").output
    install("alpha", BLOCK.replace(*change))
    said = ganforge("check", "mine.toml").output
    assert "GF801" in said
    assert "a plugin gives less than it should, `ganforge plugins doctor` says why; " in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (BLOCK + "\nbroken(", "the block `wobble` is provided by alpha 2.1, which"),
        ("raise OSError('no disk')\nNAMES = ['wobble']", "there is no block `wobble`; it may be"),
        ("surely not Python", "there is no block `wobble`; it may be one of alpha 2.1, which"),
        (
            "raise OSError('no disk')\nblocks = [Block('w' + 'obble', '')]",
            "there is no block `wobble`; it may be one of alpha 2.1, which failed to load: "
            "OSError: no disk, at site/alpha_module.py:1",
        ),
    ],
)
def test_what_a_broken_plugin_gives_is_told_as_surely_as_it_is_known(
    install: Install, ganforge: Command, source: str, said: str
) -> None:
    install("alpha", source)
    result = ganforge("check", spec_with(SPEC))
    assert said in result.output
    assert "`ganforge plugins doctor` says more" in result.output


def test_a_broken_plugin_that_gives_something_else_is_not_suspected(
    install: Install, ganforge: Command
) -> None:
    install("alpha", "raise OSError('no disk')\nblocks = [Block('wiggle', '')]")
    told = ganforge("check", spec_with(SPEC)).output
    assert "it may be one of" not in told
    assert "error[GF801]: there is no block `wobble`\n" in told
    full = ganforge("check", spec_with(SPEC.replace("wobble", "alpha/wobble"))).output
    assert "there is no block `alpha/wobble`; it may be one of alpha 2.1, which failed" in full


def test_words_that_name_something_else_are_not_suspected(
    install: Install, ganforge: Command
) -> None:
    install("alpha", BLOCK + "\n1 / 0")
    assert "there is no command `wobble`: known here: `check`" in ganforge("wobble").stderr
    assert "there is no command `chekc`: did you mean `check`?" in ganforge("chekc").stderr


def test_several_broken_plugins_are_all_suspected(install: Install, ganforge: Command) -> None:
    install("alpha", "surely not Python")
    install("beta", "surely not Python")
    told = ganforge("check", spec_with(SPEC)).output
    assert "it may be one of alpha 2.1 or beta 2.1, which did not load" in told


def test_a_full_name_of_nothing_says_which_part_of_it_is_wrong(
    install: Install, ganforge: Command
) -> None:
    install("alpha", BLOCK)
    other = ganforge("check", spec_with(SPEC.replace("wobble", "alhpa/wobble"))).output
    assert "did you mean the distribution `alpha`?" in other
    name = ganforge("check", spec_with(SPEC.replace("wobble", "alpha/woble"))).output
    assert "did you mean `alpha/wobble`?" in name


def test_a_syntax_error_leads_to_its_line(install: Install, ganforge: Command) -> None:
    file = install("alpha", f"{BLOCK}\ndef broken(:\n    pass\n")
    line = file.read_text().splitlines().index("def broken(:") + 1
    warned = ganforge("check", "gan").output
    assert f"SyntaxError: invalid syntax, at site/alpha_module.py:{line}" in warned
    assert "`ganforge plugins doctor --traceback` shows where" in warned
    assert "def broken(:" in ganforge("plugins", "doctor", "--traceback").output


def test_the_author_of_a_broken_plugin_is_told_to_correct_it(
    install: Install, ganforge: Command, site: Path
) -> None:
    install("alpha", "1 / 0")
    about = '{"url": "file:///home/me/my%20plugin", "dir_info": {"editable": true}}'
    (site / "alpha-2.1.dist-info" / "direct_url.json").write_text(about)
    assert "help: correct it in `/home/me/my plugin`\n" in ganforge("plugins", "doctor").output


SHIPPED = ("dcgan", "progan", "stargan")


def test_a_block_named_as_a_built_in_one_changes_no_shipped_spec(
    install: Install, ganforge: Command
) -> None:
    before = [ganforge("emit", name).stdout for name in SHIPPED]
    install("alpha", BLOCK.replace("wobble", "conv") + LOSS)
    assert [ganforge("emit", name).stdout for name in SHIPPED] == before
    assert ganforge("check", *SHIPPED).exit_code == 0


LOSS = """
from ganforge.plugins import Loss, Ref, Term

@hookimpl
def ganforge_register_losses():
    terms = lambda p: (Term("all", call("torch.mean", Ref("score"))),)
    return [Loss("adversarial", "Another one.", Params, ("score",), terms)]
"""
MADE = "module=lambda p, x: call('nn.ReLU'), infer"


def test_a_block_named_as_a_built_in_one_goes_by_its_full_name(
    install: Install, ganforge: Command
) -> None:
    install("alpha", BLOCK.replace("wobble", "conv").replace("infer", MADE) + LOSS)
    layers = "defaults = { conv = { kernel = 4 } }\nlayers"  # of the built-in block alone
    text = SPEC.replace('"wobble"', '"alpha/conv"').replace("layers", layers)
    assert "error" not in ganforge("check", spec_with(text)).output
    assert "nn.ReLU()" in ganforge("show", "mine.toml", "--code").output
    doctor = ganforge("plugins", "doctor")
    assert doctor.exit_code == 1 and "= help: write `alpha/conv`" in doctor.output
    assert "doctor` says what is wrong" in ganforge("plugins", "list").output
    assert "alpha/conv  " in ganforge("plugins", "show", "alpha").output
    assert "\nalpha/conv" in ganforge("blocks").output
    assert '{ block = "alpha/conv" }' in ganforge("blocks", "alpha/conv").output
    assert 'kind = "alpha/adversarial"' in ganforge("losses", "alpha/adversarial").output
    assert ganforge("blocks", "conv").output.startswith("conv: ")
    strict = ganforge("check", "gan", "--strict-plugins")
    assert strict.exit_code == 1 and "error[GF802]: the block `conv` of alpha 2.1" in strict.output
