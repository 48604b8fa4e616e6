"""Which names a spec may give to tensors and networks."""

from __future__ import annotations

import keyword

from ganforge.document import Path
from ganforge.spec.findings import Findings

RESERVED = frozenset(["prev", "level", "fade", "res", "step", "round", "kimg", "epoch", "progress"])


def check_name(
    name: str, path: Path, findings: Findings, *, key: bool = True, keywords: bool = False
) -> bool:
    """Whether `name` may name a tensor, network, loss or player; reports GF101 where it may not.

    keywords: whether Python's keywords are welcome, as in names that no wiring mentions.
    """
    is_keyword = keyword.iskeyword(name) and not keywords
    if name.isidentifier() and name.isascii() and not is_keyword and name not in RESERVED:
        return True
    if is_keyword:
        reason, help = "is a Python keyword", f"call it `{name}_` or another name"
        if name == "class":
            help = "call it `label`"
    elif name in RESERVED:
        reason, help = "is reserved for the language", "choose another name"
    else:
        reason, help = "is no identifier", "use letters, digits and `_`, and begin with a letter"
    findings.add("GF101", path, f"the name `{name}` {reason}", help, key=key)
    return False


def check_inputs(inputs: list[str], table: str, path: Path, findings: Findings) -> bool:
    """Whether these may be the inputs of a network or block; `?` is for the further inputs of
    blocks.
    """
    good = True
    for k, text in enumerate(inputs):
        where, name = (*path, "inputs", k), text
        if text.endswith("?") and table == "blocks" and k > 0:
            name = text.removesuffix("?")
        elif text.endswith("?"):
            message = f"the input `{text}` cannot be optional"
            help = "only the second and further inputs of `[blocks]` can be left out"
            findings.add("GF101", where, message, help)
            good = False
            continue
        good = check_name(name, where, findings, key=False) and good
        if name in [other.removesuffix("?") for other in inputs[:k]]:
            findings.add("GF202", where, f"two inputs are called `{name}`", "rename one")
            good = False
    return good
