"""`ganforge plugins test`: whether plugins keep what every plugin promises."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from ganforge.errors import CannotStart

_TEST = """from ganforge.testing import conformance

test_conformance = conformance({name!r})
"""


@click.command("test")
@click.argument("distribution", metavar="[DIST]", required=False)
@click.option("-k", "chosen", metavar="WORDS", help="Only the tests that fit, as in pytest.")
def command(distribution: str | None, chosen: str | None) -> None:
    """Test the plugins of the distribution DIST, or of all that are installed, by the kit of
    `ganforge.testing`.

    Exits with 1 where a promise is broken.
    """
    needed = [n for n in ("torch", "pytest", "hypothesis") if not importlib.util.find_spec(n)]
    if needed:
        remedy = "`pip install 'ganforge[train,testing]'`"
        raise CannotStart(f"plugins are tested with {', '.join(needed)}: {remedy}")
    names = _named(distribution)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            module = name.replace("-", "_").replace(".", "_")
            (Path(folder) / f"test_{module}.py").write_text(_TEST.format(name=name), "utf-8")
        options = ["-q", "-p", "no:cacheprovider", "--rootdir", folder, "--import-mode=importlib"]
        options += ["-k", chosen] if chosen else []
        # A process of its own, since pytest collects what this one has imported.
        done = subprocess.run([sys.executable, "-m", "pytest", *options, folder], check=False)
    sys.exit(min(done.returncode, 2))


def _named(distribution: str | None) -> list[str]:
    """The distribution, or all but ganforge's own. Raises `CannotStart` where there is none."""
    from ganforge.diagnostics.suggest import did_you_mean
    from ganforge.plugins.health import health_of
    from ganforge.plugins.registry import load_registry
    from ganforge.plugins.selection import OWN, canonical

    found = [h.owner.distribution for h in health_of(load_registry()) if not h.left_out]
    names = list(dict.fromkeys(name for name in found if canonical(name) != OWN))
    if distribution is None:
        if not names:
            raise CannotStart("no other plugin is installed: `ganforge plugins new` writes one")
        return names
    own = [name for name in found if canonical(name) == canonical(distribution)]
    if not own:
        near = did_you_mean(distribution, names, "distribution")
        raise CannotStart(f"no installed distribution `{distribution}` has plugins: {near}")
    return own[:1]
