"""The picture as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from ganforge.resources import folder
from ganforge.show.picture.model import Picture

SCRIPTS = ("elements", "rows", "boxes", "layout", "edges", "camera", "panel", "page")


def page(picture: Picture) -> str:
    """The file as text. Text of the spec enters it escaped: as HTML, or as JSON in a script."""
    import jinja2

    parts = folder("templates") / "graph"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(parts),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    style = (parts / "style.css").read_text("utf-8")
    scripts = (_dagre(parts / "vendor"), _program(parts))
    return environment.get_template("page.html.j2").render(
        picture=picture,
        model=asdict(picture),
        paper=picture.paper if _is_address(picture.paper) else "",
        style=style,
        scripts=scripts,
        style_hash=_hash(style),
        script_hashes=[_hash(script) for script in scripts],
    )


def _dagre(vendor: Path) -> str:
    """The layout library behind its licence, without the name of a file that is not there."""
    licence = (vendor / "dagre.LICENSE.txt").read_text("utf-8")
    code = (vendor / "dagre.min.js").read_text("utf-8").partition("//# sourceMappingURL")[0]
    return f"/*! @dagrejs/dagre\n{licence}*/\n{code}"


def _program(parts: Path) -> str:
    """The page's own scripts, as one function."""
    code = "\n".join((parts / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{code}\n}})();\n'


def _hash(text: str) -> str:
    """A source of the content security policy: this text may run, and no other."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _is_address(text: str) -> bool:
    """Whether a text may become a link: an address of the web, no script."""
    try:
        return urlsplit(text).scheme in ("http", "https")
    except ValueError:
        return False
