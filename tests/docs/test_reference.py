"""The generated parts of the language reference."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def generate(root: Path) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "docs")
        return importlib.import_module("generate")


def reference(generate: ModuleType, root: Path) -> list[str]:
    """The pages that have generated parts."""
    return [(root / "docs" / name).read_text("utf-8") for name in generate.PAGES]


def test_the_reference_is_current(generate: ModuleType, root: Path) -> None:
    for page in reference(generate, root):
        assert page == generate.with_parts(page), "run `make docs`"


def test_every_part_stands_in_the_reference_once(generate: ModuleType, root: Path) -> None:
    pages = "\n".join(reference(generate, root))
    assert sorted(re.findall(r"<!-- generated: ([\w-]+) -->", pages)) == sorted(generate.PARTS)


def test_every_meaning_is_used(generate: ModuleType, root: Path) -> None:
    page = (root / "docs" / "language.md").read_text("utf-8")
    meanings = [text for keys in generate.MEANINGS.values() for text in keys.values()]
    assert [text for text in meanings if text.rpartition(": ")[2] not in page] == []


def test_generating_needs_no_torch(root: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import generate; "
    code += "sys.exit('torch' in sys.modules)"
    folder = str(root / "docs")
    assert subprocess.run([sys.executable, "-c", code, folder], check=False).returncode == 0


def test_links_between_the_pages_lead_somewhere(page: str, root: Path) -> None:
    text = (root / page).read_text("utf-8")
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        assert ((root / page).parent / target).exists(), target


def test_links_inside_a_page_name_its_headings(page: str, root: Path) -> None:
    text = (root / page).read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    repeated = {f"{a}-{n}" for a in anchors for n in range(1, anchors.count(a))}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= {*anchors, *repeated}
