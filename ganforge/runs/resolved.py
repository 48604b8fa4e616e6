"""A spec as one TOML text that needs no other file."""

from __future__ import annotations

from ganforge.document import Document


def resolved_text(document: Document) -> str:
    """The text as it was written; with `extends` or overrides, their result as a text of its own.

    Both compile to the spec hash of the document.
    """
    if list(document.texts) == [document.name]:
        return document.texts[document.name]
    import tomli_w

    return tomli_w.dumps(dict(document.values))
