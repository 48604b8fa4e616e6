"""A spec as a script: it must do what training does where there is neither ganforge nor plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from ganforge.api import emit, train
from ganforge.errors import CannotStart
from ganforge.locate import Source
from ganforge.plugins.manager import GROUP
from ganforge.runtime.state import all_checkpoints
from ganforge.testing.unmet import Unmet

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_ALONE = """
import runpy, sys
for name in {absent!r}:
    sys.modules[name] = None
sys.argv[:] = {argv!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""
REMEDY = (
    "let its modules depend on their arguments alone, and draw with torch from the usual stream"
)


def script_trains_alike(
    spec: Source, params: Mapping[str, Any] = _NOTHING, *, folder: Path, rounds: int = 2
) -> str:
    """Trains a spec, emits it, and runs the script in a process in which neither ganforge nor any
    plugin can be imported. Returns the text of the script.

        def test_the_script_stands_alone(tmp_path):
            script = script_trains_alike("examples/mine.toml", {"train.batch": 2}, folder=tmp_path)
            assert "class Mine(nn.Module)" in script

    params: as `--set` takes them. folder: an empty one, for the script (`script.py`) and both runs
    (`trained`, `alone`). Raises `Unmet` where the spec cannot be emitted, the script does not run,
    or a weight or figure of the two differs in a single bit.
    """
    own, alone = folder / "trained", folder / "alone"
    named = spec if isinstance(spec, Path) or "\n" not in spec else "the spec"
    train(spec, params, out=own, rounds=rounds, device="cpu", log_every=1)
    try:
        text = emit(spec, params)
    except CannotStart as error:
        raise Unmet(str(error), named, "declare the library with `requires=(...)`") from error
    file = folder / "script.py"
    file.write_text(text, "utf-8")
    options = ["--out", str(alone), "--rounds", str(rounds), "--device", "cpu", "--log-every", "1"]
    code = _ALONE.format(absent=_packages(), argv=[str(file), *options])
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}  # sums depend on it
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise Unmet(f"the script does not run alone: {said}", named, REMEDY)
    if _figures(own) != _figures(alone):
        raise Unmet("the script logs other losses than training", named, REMEDY)
    for name in ("tensors.safetensors", "state.json"):
        one, other = ((all_checkpoints(run)[-1] / name).read_bytes() for run in (own, alone))
        if one != other:
            raise Unmet("the script ends in other weights than training", named, REMEDY)
    return text


def _packages() -> list[str]:
    """What the script must do without: ganforge, and the packages of all plugins."""
    points = {point.value.split(":")[0].split(".")[0] for point in entry_points(group=GROUP)}
    return sorted({"ganforge", *points})


def _figures(run: Path) -> list[dict[str, Any]]:
    """What was logged in each round, but for how long it took."""
    lines = map(json.loads, (run / "metrics.jsonl").read_text("utf-8").splitlines())
    return [{key: line[key] for key in line if "second" not in key} for line in lines]
