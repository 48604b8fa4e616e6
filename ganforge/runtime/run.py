"""A run: round after round, resumed, logged, sampled, saved."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.runtime.checkpoints import all_checkpoints, load_checkpoint, save_checkpoint
from ganforge.runtime.data import Arrays
from ganforge.runtime.errors import CheckpointError
from ganforge.runtime.finite import check_finite, watch_losses
from ganforge.runtime.options import Options
from ganforge.runtime.state import State, random_stream


def prepare(state: State, options: Options, spec: str) -> None:
    """Resume from the last checkpoint if asked to, else see that the folder holds no run."""
    found, log, lines = all_checkpoints(options.out), options.out / "metrics.jsonl", []
    if bool(found) != options.resume:
        text = "holds a run: resume it, or use" if found else "has no checkpoint to resume: use"
        raise CheckpointError(f"{options.out} {text} another folder.")
    if found:
        load_checkpoint(state, found[-1], spec)
        lines = log.read_text().splitlines() if log.exists() else []
    whole = [line for line in lines if line.endswith("}")]
    kept = [line for line in whole if json.loads(line)["round"] <= state.round]
    options.out.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(f"{line}\n" for line in kept))


def rounds(
    state: State,
    data: Arrays,
    draw: Callable[[State, Arrays], tuple[Any, ...]],
    train_round: Callable[..., dict[str, Tensor]],
    progress: Callable[[State], float],
    options: Options,
) -> Iterator[dict[str, Tensor]]:
    """Train until the program or the options end it; yields each round's losses, on the device."""
    limit = 1000 * options.kimg
    while progress(state) < 1 and state.round < options.rounds and state.images < limit:
        # The streams follow from the round's number: nothing in between can shift them.
        state.noise = random_stream(state.seed, f"noise {state.round}", state.noise.device)
        torch.manual_seed(state.noise.initial_seed() + 1)  # dropout
        losses = train_round(state, *draw(state, data))
        state.round += 1
        yield losses


def observe(
    state: State,
    losses_of_rounds: Iterator[dict[str, Tensor]],
    save_samples: Callable[[State, Path], None],
    options: Options,
    spec: str,
) -> Iterator[dict[str, float]]:
    """Log, save and sample at their intervals and at the end; yields what is logged."""
    first: dict[str, Tensor] = {}
    images, start, resumed = state.images, time.perf_counter(), state.round
    for losses in losses_of_rounds:
        watch_losses(first, losses, state.round)
        if state.round % options.log_every == 0:
            check_finite(state, first, options.out)
            speed = (state.images - images) / (time.perf_counter() - start)
            metrics = {
                "round": state.round,
                "kimg": state.images / 1000,
                "epoch": state.images / state.samples,
                "images_per_second": speed,
            }
            metrics |= {name: loss.item() for name, loss in losses.items()}
            with (options.out / "metrics.jsonl").open("a") as log:
                log.write(json.dumps(metrics) + "\n")
            yield metrics
        if state.round % options.checkpoint_every == 0:
            check_finite(state, first, options.out)
            save_checkpoint(state, options.out, spec)
        if state.round % options.sample_every == 0:
            save_samples(state, options.out / "samples" / f"round-{state.round:06d}.png")
    if state.round > resumed:
        check_finite(state, first, options.out)
        save_checkpoint(state, options.out, spec)
        save_samples(state, options.out / "samples" / f"round-{state.round:06d}.png")
