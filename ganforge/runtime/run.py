"""A run: one round after the other, watched from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from ganforge.runtime.checkpoints import last_checkpoint, load_checkpoint, save_checkpoint
from ganforge.runtime.data import Arrays
from ganforge.runtime.errors import CheckpointError
from ganforge.runtime.finite import FiniteWatch
from ganforge.runtime.metrics_file import append_metrics, drop_metrics
from ganforge.runtime.options import Options
from ganforge.runtime.state import State


def prepare(state: State, options: Options, spec: str) -> None:
    """Resume from the last checkpoint where that is asked for, else see that the folder is free."""
    last = last_checkpoint(options.out / "checkpoints")
    if options.resume and last is None:
        raise CheckpointError(f"{options.out} has no checkpoint: start without --resume.")
    if not options.resume and last is not None:
        raise CheckpointError(f"{options.out} holds a run: use --resume or another folder.")
    if last is not None:
        load_checkpoint(state, last, spec)
    drop_metrics(options.out / "metrics.jsonl", state.round)


def rounds(
    state: State,
    data: Arrays,
    draw: Callable[[State, Arrays], Any],
    train_round: Callable[..., dict[str, Tensor]],
    progress: Callable[[State], float],
    options: Options,
) -> Iterator[dict[str, Tensor]]:
    """Train until the program's end or the options' end; yields the losses of every round."""
    while (
        progress(state) < 1 and state.round < options.rounds and state.images < 1000 * options.kimg
    ):
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
    """Log, sample and save at their intervals and at the end; yields what is logged."""
    watch, folder = FiniteWatch(), options.out / "checkpoints"
    start, first, images = time.perf_counter(), state.round, state.images
    for losses in losses_of_rounds:
        watch.see(state.round, losses)
        if state.round % options.log_every == 0:
            watch.check(folder)
            seconds = time.perf_counter() - start
            metrics = {"round": state.round, "kimg": state.images / 1000}
            metrics["images_per_second"] = (state.images - images) / seconds
            metrics |= {name: loss.item() for name, loss in losses.items()}
            append_metrics(options.out / "metrics.jsonl", metrics)
            yield metrics
        if state.round % options.checkpoint_every == 0:
            watch.check(folder)
            save_checkpoint(state, folder, spec)
        if state.round % options.sample_every == 0:
            save_samples(state, options.out / "samples" / f"round-{state.round:06d}.png")
    if state.round > first:
        watch.check(folder)
        save_checkpoint(state, folder, spec)
        save_samples(state, options.out / "samples" / f"round-{state.round:06d}.png")
