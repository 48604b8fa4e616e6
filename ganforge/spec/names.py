"""Which names a spec may give to tensors and networks."""

from __future__ import annotations

import keyword

from ganforge.document import Path
from ganforge.spec.validate import Findings

RESERVED = frozenset("prev level fade res step round kimg epoch progress".split())


def check_name(name: str, path: Path, findings: Findings, *, key: bool = True) -> bool:
    """Whether `name` may name a tensor, network, loss or player; reports GF101 where it may not."""
    if (
        name.isidentifier()
        and name.isascii()
        and not keyword.iskeyword(name)
        and name not in RESERVED
    ):
        return True
    if keyword.iskeyword(name):
        reason, help = "is a Python keyword", f"call it `{name}_` or another name"
        if name == "class":
            help = "call it `label`"
    elif name in RESERVED:
        reason, help = "is reserved for the language", "choose another name"
    else:
        reason, help = "is no identifier", "use letters, digits and `_`, and begin with a letter"
    findings.add("GF101", path, f"the name `{name}` {reason}", help, key=key)
    return False
