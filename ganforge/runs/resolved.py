"""A spec as one TOML text that needs no other file."""

from __future__ import annotations

from typing import Any

from ganforge.document import Document
from ganforge.spec.local_code import local_files


def resolved_text(document: Document) -> str:
    """The text as it was written; with `extends`, overrides or code of its own, their result as a
    text of its own, beside which the files of that code are to lie.

    Both compile to the spec hash of the document.
    """
    files = local_files(document)
    if list(document.texts) == [document.name] and not files:
        return document.texts[document.name]
    import tomli_w

    values: dict[str, Any] = dict(document.values)
    if files:
        values["plugins"] = {"local": [file.name for file in files]}
    return tomli_w.dumps(values)
