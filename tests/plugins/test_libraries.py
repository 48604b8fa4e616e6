"""Libraries of others in scripts: imported where a plugin says so, refused where it does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganforge.api import emit
from ganforge.errors import CannotStart

SPEC = (Path(__file__).parents[1] / "cases" / "base.toml").read_text()
PLUGIN = """
from ganforge.plugins import Block, call, hookimpl

@hookimpl
def ganforge_register_blocks():
    made = lambda p, x: call("{target}")
    return [Block("foreign", "Foreign.", infer=lambda p, x: x, module=made, requires={requires})]
"""
LIBRARY = "from torch import nn\nclass Plain(nn.Identity):\n    pass\n"
OWN = "from foreign_library import Plain\nclass Own(Plain):\n    pass\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("foreign_plugin", "foreign_library", "foreign_own", "other_plugin"):
        sys.modules.pop(name, None)


def install(site: Path, name: str, texts: dict[str, str], points: str = "") -> None:
    """A distribution as pip would leave it on the path."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{module}.py,,\n" for module in texts))
    (info / "entry_points.txt").write_text(points)
    for module, text in texts.items():
        (site / f"{module}.py").write_text(text)


def emitted(site: Path, target: str, requires: tuple[str, ...]) -> str:
    install(site, "foreign-library", {"foreign_library": LIBRARY})
    plugin = PLUGIN.replace("{target}", target).replace("{requires}", repr(requires))
    texts = {"foreign_plugin": plugin, "foreign_own": OWN}
    install(site, "foreign-plugin", texts, "[ganforge]\np = foreign_plugin\n")
    layer = '{ block = "linear", out = 32, act = "leaky-relu" },'
    return emit(SPEC.replace(layer, f'{layer} {{ block = "foreign" }},'))


@pytest.mark.parametrize("target", ["foreign_library:Plain", "foreign_own:Own"])
def test_a_library_that_is_declared_is_imported_and_stands_in_the_header(
    site: Path, target: str
) -> None:
    script = emitted(site, target, ("foreign_library",))
    assert "from foreign_library import Plain" in script
    assert "It needs torch, numpy, Pillow and foreign_library:" in script
    assert ("class Own(Plain)" in script) == (target == "foreign_own:Own")
    assert "foreign_own import" not in script


@pytest.mark.parametrize("target", ["foreign_library:Plain", "foreign_own:Own"])
def test_a_library_that_is_not_declared_is_refused(site: Path, target: str) -> None:
    with pytest.raises(CannotStart, match=r"declares `requires=\(\"foreign_library\",\)`"):
        emitted(site, target, ())


def test_a_library_that_is_not_used_is_not_needed(site: Path) -> None:
    script = emitted(site, "nn.Identity", ("foreign_library",))
    assert "It needs torch, numpy and Pillow:" in script


OTHER = """
from ganforge.plugins import Block, hookimpl

@hookimpl
def ganforge_register_blocks():
    return [Block("other", "Other.", infer=lambda p, x: x, requires=("foreign_library",))]
"""


def test_what_another_plugin_requires_is_not_allowed_for_it(site: Path) -> None:
    points = "[ganforge]\np = other_plugin\n"
    install(site, "other-plugin", {"other_plugin": OTHER}, points)
    with pytest.raises(CannotStart, match=r"declares `requires=\(\"foreign_library\",\)`"):
        emitted(site, "foreign_own:Own", ())
