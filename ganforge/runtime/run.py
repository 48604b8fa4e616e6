"""The folder of a run, and the watch over what training gives."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.runtime.errors import NonFinite, RunError
from ganforge.runtime.options import Options
from ganforge.runtime.state import State, all_checkpoints


class Run:
    """Metrics and checkpoints in the folder of a run; nothing that is not finite is saved."""

    def __init__(self, state: State, options: Options, spec: str, out: Path | None = None) -> None:
        """Resume from the last checkpoint if asked to, else see that the folder holds no run."""
        self.state, self.options, self.spec = state, options, spec
        self.out = out or options.out
        self.losses: dict[str, Tensor] = {}  # since the last log, each the latest
        self.broken: dict[str, Tensor] = {}  # by loss: the first round in which it is not finite
        self.metrics, found = self.out / "metrics.jsonl", all_checkpoints(self.out)
        if bool(found) != options.resume:
            text = "holds a run: resume it, or use" if found else "has no checkpoint to resume: use"
            raise RunError(f"{self.out} {text} another folder.")
        if found:
            state.load(found[-1], spec)
        self.out.mkdir(parents=True, exist_ok=True)
        with self.metrics.open("a+") as file:  # rounds after the checkpoint are trained again
            file.seek(0)
            lines = [line for line in file if line.endswith("}\n")]
            kept = [line for line in lines if json.loads(line)["round"] <= state.round]
            file.truncate(sum(len(line) for line in kept))
        self.start = self.logged = state.round
        self.images, self.time = state.images, time.perf_counter()

    def goes_on(self) -> bool:
        """Whether the options let another round begin."""
        state, options = self.state, self.options
        return state.round < options.rounds and state.images < 1000 * options.kimg

    def end_round(self, losses: dict[str, Tensor]) -> None:
        """Keep its losses, and note which are not finite, without waiting for the device."""
        self.state.round += 1
        self.losses |= losses
        for name, loss in losses.items():
            round = torch.where(loss.isfinite(), math.inf, self.state.round)
            self.broken[name] = torch.minimum(self.broken.get(name, round), round)

    def check(self) -> None:
        """Raise `NonFinite` for the loss that broke first, or for a weight."""
        rounds = {f"the loss {name!r}": round.item() for name, round in self.broken.items()}
        for name, network in self.state.networks.items():
            finite = all(weight.isfinite().all() for weight in network.parameters())
            rounds[f"a weight of {name}"] = math.inf if finite else self.state.round
        what = min(rounds, key=rounds.__getitem__)
        if rounds[what] < math.inf:
            last = ", ".join(map(str, all_checkpoints(self.out)[-1:])) or "none"
            text = f"In round {rounds[what]:.0f} {what} was not finite; last good checkpoint"
            raise NonFinite(f"{text}: {last}. Lower the learning rate.")

    def logs(self) -> bool:
        """Whether this round is logged: the first since the start, and every so many."""
        return self.logged == self.start or self.state.round % self.options.log_every == 0

    def where(self) -> dict[str, Any]:
        """How far training is."""
        state = self.state
        kimg, epoch = state.images / 1000, state.images / state.samples
        return {"round": state.round, "kimg": kimg, "epoch": epoch}

    def log(self, *more: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """The metrics of this round, which metrics.jsonl keeps; the speed since the last ones.

        A loss that is computed in some rounds only is there if it was since the last ones.
        """
        self.check()
        state, before, self.time = self.state, self.time, time.perf_counter()
        speed = (state.images - self.images) / (self.time - before)
        metrics = self.where() | {"images_per_second": speed}
        metrics |= {name: loss.item() for name, loss in self.losses.items()}
        numbers = {f"schedules.{k}": s.get_buffer("number") for k, s in state.schedules.items()}
        metrics |= {name: number.item() for name, number in numbers.items()}
        for figures in more:
            metrics |= figures()
        with self.metrics.open("a") as file:
            file.write(json.dumps(metrics) + "\n")
        self.logged, self.images, self.losses = state.round, state.images, {}
        return metrics

    def save(self) -> None:
        """Write a checkpoint."""
        self.check()
        self.state.save(self.out, self.spec)

    def samples(self) -> Path:
        """The file for this round's samples."""
        return self.out / "samples" / f"round-{self.state.round:06d}.png"
