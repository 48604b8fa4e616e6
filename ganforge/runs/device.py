"""The device of a run."""

from __future__ import annotations

from ganforge.errors import CannotStart


def chosen_device(wanted: str) -> str:
    """`cpu`, `cuda`, `cuda:1`; `auto` is a GPU where there is one. Raises `CannotStart`."""
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(wanted).type
    except RuntimeError:
        kind = ""
    if kind not in ("cpu", "cuda"):
        raise CannotStart(f"`{wanted}` is no device: say `cpu`, `cuda` or `auto`")
    if kind == "cuda" and (torch.device(wanted).index or 0) >= torch.cuda.device_count():
        raise CannotStart(f"there is no device `{wanted}` here: say `--device cpu`")
    return wanted


def needs_torch(*more: str) -> None:
    """Raises `CannotStart` where what the extra `train` brings is not installed.

    more: packages that are needed beside those of every run.
    """
    from importlib.util import find_spec

    for name in ("torch", "numpy", "PIL", "rich", "tensorboard", *more):
        if find_spec(name) is None:
            raise CannotStart(f"this needs `{name}`: `pip install 'ganforge[train]'`")
