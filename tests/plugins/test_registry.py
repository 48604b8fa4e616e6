"""Plugins of other distributions, found by their entry points."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ganforge.diagnostics.report import Report
from ganforge.plugins.registry import Registry, load_registry

Install = Callable[..., Any]
BLOCK = """
from ganforge.plugins import Block, Params, hookimpl

@hookimpl
def ganforge_register_blocks():
    return [Block("{name}", "{module}", Params, infer=lambda params, x: x)]
"""


def warnings_of(registry: Registry, distribution: str) -> list[str]:
    found = registry.diagnostics
    return [f"{d.code} {d.message} | {d.help}" for d in found if distribution in d.message]


def test_a_block_of_a_plugin_is_found_by_its_name(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "wobble"))
    registry = load_registry()
    assert registry.blocks["wobble"].summary == "alpha_module"
    assert registry.blocks["alpha/wobble"] is registry.blocks["wobble"]
    assert str(registry.owners["block", "wobble"]) == "alpha 2.1"
    assert warnings_of(registry, "alpha") == []


def test_two_distributions_may_share_an_entry_point_name(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "wobble"), entry="same")
    install("beta", BLOCK.replace("{name}", "wiggle"), entry="same")
    registry = load_registry()
    assert {"wobble", "wiggle"} <= set(registry.blocks)


def test_a_clash_names_both_and_their_full_names_work(install: Install) -> None:
    install("beta", BLOCK.replace("{name}", "wobble"))
    install("alpha", BLOCK.replace("{name}", "wobble"))
    registry = load_registry()
    assert "wobble" not in registry.blocks
    assert registry.blocks["beta/wobble"].summary == "beta_module"
    found = registry.missing("block", "wobble")
    assert found.code == "GF802"
    assert found.message == "the block `wobble` is given by alpha 2.1 and beta 2.1"
    assert found.help == "write `alpha/wobble` or `beta/wobble`, or uninstall one of them"


def test_a_clash_that_no_spec_uses_is_no_finding(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "wobble"))
    install("beta", BLOCK.replace("{name}", "wobble"))
    assert "GF802" not in [found.code for found in load_registry().diagnostics]


def test_a_built_in_part_keeps_its_name(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "conv"))
    install("beta", BLOCK.replace("{name}", "conv"))
    registry = load_registry()
    assert str(registry.owners["block", "conv"]).startswith("ganforge ")
    assert registry.blocks["conv"] is registry.blocks["ganforge/conv"]
    assert registry.blocks["alpha/conv"].summary == "alpha_module"
    assert registry.blocks["beta/conv"].summary == "beta_module"
    found = registry.hidden["block", "beta/conv"]
    says = "the block `conv` of beta 2.1 has the name of a built-in one, which is not replaced"
    assert (found.code, found.message, found.help) == ("GF802", says, "write `beta/conv`")
    assert warnings_of(registry, "alpha") == []


def test_an_unknown_name_gets_the_nearest(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "wobble"))
    found = load_registry().missing("block", "woble")
    assert (found.code, found.message) == ("GF801", "there is no block `woble`")
    assert found.help == "did you mean the block `wobble`?"


def test_one_broken_plugin_stops_no_other(install: Install) -> None:
    install("alpha", "raise RuntimeError('no luck\\nat all')")
    install("beta", BLOCK.replace("{name}", "wobble"))
    registry = load_registry()
    assert "wobble" in registry.blocks
    assert warnings_of(registry, "alpha") == [
        "GF803 the plugin `plugin` of alpha 2.1 does not load: RuntimeError: no luck, "
        "at site/alpha_module.py:1 | `pip install -U alpha`, or `pip uninstall alpha`; "
        "`ganforge plugins doctor --traceback` shows where"
    ]
    assert Report(registry.diagnostics, {}).ok


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import surely_not_installed", "it imports `surely_not_installed`"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("\ndef broken(:", "SyntaxError: invalid syntax, at site/alpha_module.py:2"),
        (BLOCK.replace('"{name}", "{module}", ', ""), "TypeError"),
        (BLOCK.replace("{name}", "Not Kebab"), "the block `Not Kebab` is not named in kebab-case"),
        (BLOCK.replace("x)]", "x)] * 2"), "the block `wobble` is given twice"),
        (BLOCK.replace("return [", "yield 1 / 0, ["), "ZeroDivisionError"),
        (BLOCK.replace('[Block("{name}"', '["one", Block("x"'), "'one' is no Block"),
        (BLOCK.replace("blocks():", "blocks(extra):"), "PluginValidationError"),
    ],
)
def test_every_failure_of_a_plugin_is_a_warning(install: Install, source: str, said: str) -> None:
    install("alpha", source.replace("{name}", "wobble"))
    found = warnings_of(load_registry(), "alpha")
    assert [said in text for text in found] == [True]


def test_a_plugin_that_fails_halfway_gives_nothing(install: Install) -> None:
    wrong = "\n@hookimpl\ndef ganforge_register_losses(extra): return []\n"
    install("alpha", BLOCK.replace("{name}", "wobble") + wrong)
    registry = load_registry()
    assert "wobble" not in registry.blocks
    assert len(warnings_of(registry, "alpha")) == 1


def test_a_plugin_of_another_interface_is_refused(install: Install) -> None:
    install("alpha", "GANFORGE_INTERFACE = 2" + BLOCK.replace("{name}", "wobble"))
    registry = load_registry()
    assert "wobble" not in registry.blocks
    assert [text[:5] for text in warnings_of(registry, "alpha")] == ["GF804"]


def test_a_misspelled_hook_is_reported(install: Install) -> None:
    install("alpha", BLOCK.replace("register_blocks", "register_block"))
    (found,) = warnings_of(load_registry(), "alpha")
    assert found == (
        "GF809 alpha 2.1 defines `ganforge_register_block`, which is no hook of ganforge"
        " | did you mean the hook `ganforge_register_blocks`?"
    )


def test_an_unmarked_hook_is_reported(install: Install) -> None:
    install("alpha", BLOCK.replace("@hookimpl", ""))
    (found,) = warnings_of(load_registry(), "alpha")
    assert "without the mark `@hookimpl`" in found


def test_only_bare_names_are_listed(install: Install) -> None:
    install("alpha", BLOCK.replace("{name}", "wobble"))
    blocks = load_registry().blocks
    assert "alpha/wobble" in blocks
    assert not [name for name in blocks if "/" in name]
    assert len(blocks) == len(list(blocks))


def test_loading_the_plugins_imports_no_torch() -> None:
    code = (
        "import sys; from ganforge.plugins.registry import load_registry; load_registry();"
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
