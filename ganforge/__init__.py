"""ganforge: a compiler for generative adversarial networks.

    import ganforge

    report = ganforge.check("dcgan")
    run = ganforge.train("dcgan", params={"size": 32}, kimg=100)
    gan = ganforge.load(run)
    images = gan.sample(16, seed=1)

Nothing here imports torch before it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganforge.api import Gan, build, check, emit, load, train
    from ganforge.document import SpecNotFound
    from ganforge.errors import CannotStart, SpecError
    from ganforge.runtime.errors import NonFinite, RunError

__all__ = [
    "CannotStart",
    "Gan",
    "NonFinite",
    "RunError",
    "SpecError",
    "SpecNotFound",
    "build",
    "check",
    "emit",
    "load",
    "train",
]

_HOMES = (
    ("ganforge.api", ("Gan", "build", "check", "emit", "load", "train")),
    ("ganforge.document", ("SpecNotFound",)),
    ("ganforge.errors", ("CannotStart", "SpecError")),
    ("ganforge.runtime.errors", ("NonFinite", "RunError")),
)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("ganforge")
    for home, names in _HOMES:
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
