"""The folder of a run: what lies in it, and which folder a run takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ganforge.errors import CannotStart
from ganforge.runtime.errors import RunError

SPEC, PROGRAM, ABOUT, SAMPLES = "spec.toml", "program.py", "run.json", "samples.png"
_FILES = (SPEC, PROGRAM, ABOUT, SAMPLES, "metrics.jsonl")
_FOLDERS = ("checkpoints", "samples", "metrics", "stages")
_ASIDE = ".replaced"


def is_run(folder: Path) -> bool:
    """Whether a run was begun in this folder."""
    return (folder / ABOUT).is_file()


def in_the_way(folder: Path) -> list[str]:
    """What lies where a run would write."""
    return [name for name in (*_FILES, *_FOLDERS) if (folder / name).exists()]


def of_stage(folder: Path, stage: str) -> Path:
    """Where a stage lies that is trained alone."""
    return folder / "stages" / stage


def has_checkpoint(folder: Path) -> bool:
    """Whether a run can go on from where it was."""
    return any(folder.glob("checkpoints/round-*"))


def stages_alone(folder: Path) -> list[str]:
    """The stages of a run that were trained alone, if they have a checkpoint."""
    return sorted({path.parent.parent.name for path in folder.glob("stages/*/checkpoints/round-*")})


def read_about(folder: Path) -> dict[str, Any]:
    """What `run.json` says. Raises `CannotStart` where the folder holds no run of ganforge."""
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        if isinstance(about, dict) and {"spec", "data", "seed", "device"} <= about.keys():
            return about
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise
    if (folder / ABOUT).exists():
        raise CannotStart(f"{folder} is no run: its `run.json` is damaged")
    raise CannotStart(f"{folder} is no run: it has no `run.json`, which `ganforge train` writes")


def read_state(folder: Path) -> dict[str, Any]:
    """What the last checkpoint says of itself: the hash of its spec, and its counters; of stages
    trained one by one that of the most rounds.

    Raises `RunError` where it is damaged.
    """
    from ganforge.runtime.state import all_checkpoints

    alone = (path for part in folder.glob("stages/*") for path in all_checkpoints(part))
    path = (all_checkpoints(folder) or sorted(alone, key=lambda path: int(path.name[6:])))[-1]
    try:
        state = json.loads((path / "state.json").read_text("utf-8"))
        counters = {name: int(state["counters"][name]) for name in ("seed", "round", "images")}
        counters["place"] = int(state["counters"].get("place", 0))  # of the stage
        return {"spec": str(state["spec"]), "counters": counters}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RunError(f"{path} is damaged ({error}): delete it and resume.") from error


def free_folder(name: str) -> Path:
    """`runs/NAME`, or the first numbered one that is free."""
    folder, count = Path("runs") / name, 1
    while folder.exists():
        count += 1
        folder = Path("runs") / f"{name}-{count}"
    return folder


def newest_run(name: str) -> Path:
    """The last of `runs/NAME`, `runs/NAME-2`, ... Raises `CannotStart` where there is none."""
    folder, count, last = Path("runs") / name, 1, None
    while folder.exists():
        last, count = folder, count + 1
        folder = Path("runs") / f"{name}-{count}"
    if last is None:
        raise CannotStart(f"there is no {folder} to resume: name the run with `--out`")
    return last


def _written(folder: Path) -> list[Path]:
    """What a run wrote."""
    named = [folder / name for name in (*_FILES, *_FOLDERS)]
    return [path for path in named if path.exists()] + list(folder.glob("events.out.tfevents.*"))


def set_aside(folder: Path) -> None:
    """Keep what a run wrote in `.replaced`, until the run that takes its place has a checkpoint."""
    if not folder.exists():
        return
    (folder / _ASIDE).mkdir(exist_ok=True)
    for path in _written(folder):
        path.replace(folder / _ASIDE / path.name)


def restore(folder: Path) -> None:
    """Put back what was set aside."""
    if (folder / _ASIDE).is_dir():
        for path in list((folder / _ASIDE).iterdir()):
            path.replace(folder / path.name)
        (folder / _ASIDE).rmdir()


def discard(folder: Path) -> None:
    """Delete what was set aside."""
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)


def clear(folder: Path) -> None:
    """Delete what a run wrote, and nothing else."""
    for path in _written(folder):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
