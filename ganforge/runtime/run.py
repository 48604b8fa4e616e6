"""A run seen from outside: resumed, logged, sampled, saved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from torch import Tensor

from ganforge.runtime.checkpoints import all_checkpoints, load_checkpoint, save_checkpoint
from ganforge.runtime.errors import CheckpointError
from ganforge.runtime.finite import FiniteWatch
from ganforge.runtime.options import Options
from ganforge.runtime.state import State


def prepare(state: State, options: Options, spec: str) -> None:
    """Resume from the last checkpoint if asked to, else see that the folder holds no run."""
    found, log = all_checkpoints(options.out / "checkpoints"), options.out / "metrics.jsonl"
    if bool(found) != options.resume:
        text = "holds a run: resume it, or use" if found else "has no checkpoint to resume: use"
        raise CheckpointError(f"{options.out} {text} another folder.")
    if found:
        load_checkpoint(state, found[-1], spec)
    lines = log.read_text().splitlines() if found and log.exists() else []
    kept = [line for line in lines if line[-1:] == "}" and json.loads(line)["round"] <= state.round]
    options.out.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(f"{line}\n" for line in kept))


def observe(
    state: State,
    rounds: Iterator[dict[str, Tensor]],
    save_samples: Callable[[State, Path], None],
    options: Options,
    spec: str,
) -> Iterator[dict[str, float]]:
    """Log, save and sample at their intervals and at the end; yields what is logged."""
    watch, out, checkpoints = FiniteWatch(), options.out, options.out / "checkpoints"
    start, images, resumed = time.perf_counter(), state.images, state.round
    for losses in rounds:
        watch.see(state.round, losses)
        if state.round % options.log_every == 0:
            watch.check(checkpoints)
            speed = (state.images - images) / (time.perf_counter() - start)
            metrics = {
                "round": state.round,
                "kimg": state.images / 1000,
                "images_per_second": speed,
            }
            metrics |= {name: loss.item() for name, loss in losses.items()}
            with (out / "metrics.jsonl").open("a") as file:
                file.write(json.dumps(metrics) + "\n")
            yield metrics
        if state.round % options.checkpoint_every == 0:
            watch.check(checkpoints)
            save_checkpoint(state, checkpoints, spec)
        if state.round % options.sample_every == 0:
            save_samples(state, out / "samples" / f"round-{state.round:06d}.png")
    if state.round > resumed:
        watch.check(checkpoints)
        save_checkpoint(state, checkpoints, spec)
        save_samples(state, out / "samples" / f"round-{state.round:06d}.png")
