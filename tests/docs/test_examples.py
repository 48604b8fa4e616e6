"""Every spec in the documentation compiles, or is refused as the page says.

Words behind ```toml: `over-base` completes a fragment from base.toml, `reports=CODE` says what is
wrong with it, and `plugin` marks specs that need the plugin of their page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganforge.diagnostics.diagnostic import Severity
from ganforge.pipeline import compile_spec

BASE = Path(__file__).parent / "base.toml"


def test_an_example_compiles_or_is_refused_as_its_page_says(example: Any, tmp_path: Path) -> None:
    if "plugin" in example.words:
        return
    text = example.text
    if "over-base" in example.words:
        (tmp_path / "base.toml").write_text(BASE.read_text())
        text = f'ganforge = 1\nextends = "base.toml"\n{text}'
    (tmp_path / "example.toml").write_text(text)
    compilation = compile_spec(tmp_path / "example.toml")
    found = compilation.report.diagnostics
    codes = {d.code for d in found if d.severity is not Severity.NOTE}
    assert codes == set(filter(None, example.words.get("reports", "").split(","))), str(
        compilation.report
    )
    if compilation.report.ok:
        compile(compilation.program().text, "example", "exec")
