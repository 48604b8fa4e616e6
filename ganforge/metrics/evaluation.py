"""Evaluating a run: every figure names its extractor, its number of samples and its seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ganforge.codegen.program import build_program
from ganforge.errors import CannotStart
from ganforge.files import write_whole
from ganforge.locate import compile_sound
from ganforge.metrics.extractor import Extractor, load_extractor
from ganforge.metrics.figures import METRICS, Compared, figures
from ganforge.metrics.gathering import Gathering
from ganforge.metrics.measured import Measured, measured
from ganforge.runs.about import made_by
from ganforge.runs.data import checked_data
from ganforge.runs.device import chosen_device
from ganforge.runs.loading import Loaded, build_state, load_last, read_trained
from ganforge.runtime.data import Data


@dataclass(frozen=True)
class Request:
    """What is measured; no metrics are all that the run and the extractor can have."""

    run: Path
    features: Path
    count: int = 10_000
    seed: int = 0
    batch: int = 250
    device: str = "auto"
    data: str | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """What was measured: of which run and data, and a record for each metric by its full name,
    such as `fid[classifier-mnist]`.
    """

    about: Mapping[str, Any]
    results: Mapping[str, Mapping[str, Any]]

    def as_json(self) -> str:
        return json.dumps({**self.about, "results": dict(self.results)}, indent=2) + "\n"


def evaluate(request: Request) -> Evaluation:
    """Measure a run's last checkpoint, and keep the results in the run's folder.

    Raises `CannotStart` where the run, the extractor or the data do not serve, and `RunError` where
    a file is damaged.
    """
    about = read_trained(request.run)
    device = chosen_device(request.device)
    extractor = load_extractor(request.features, device)
    compilation = compile_sound(request.run)
    assert compilation.plan is not None and compilation.graph is not None
    place = checked_data(request.data or about["data"], compilation)
    of = measured(compilation.plan, whole=place != about["data"])
    metrics = _chosen(request.metrics, of, extractor)
    program = build_program(of.plan, compilation.registry, place)
    loaded = build_state(compilation.graph, program, about["seed"], device)
    load_last(loaded, request.run)
    opened = loaded.module.open_data(place)
    data = opened.held_out or opened
    gathering = Gathering(extractor, request.count, request.seed, request.batch)
    real = gathering.of_data(data, of.real, torch.device(device))
    fake = gathering.of_samples(loaded, of, data)
    compared = Compared(real.values, fake.values, fake.recognised, of.asked(request.count))
    results = figures(metrics, compared, extractor.name, request.seed)
    record = {
        "run": str(request.run),
        **_trained(loaded),
        "data": place,
        "images": _origin(opened, same=place == about["data"]),
        "field": of.real,
        "extractor": dict(extractor.about),
        "batch": request.batch,
        "device": device,
        **made_by(compilation.registry),
    }
    evaluation = Evaluation(record, results)
    _keep(evaluation, request, extractor)
    return evaluation


def _origin(data: Data, *, same: bool) -> str:
    if data.held_out:
        return "held-out images"
    return "training images" if same else "other images"


def _trained(loaded: Loaded) -> dict[str, Any]:
    """How far the run had come."""
    state, spec = loaded.state, loaded.program.spec_hash
    return {"spec": spec, "round": state.round, "kimg": state.images / 1000}


def _chosen(wanted: tuple[str, ...], of: Measured, extractor: Extractor) -> tuple[str, ...]:
    """The metrics to compute. Raises `CannotStart` where one is wanted that cannot be had."""
    if of.classes == extractor.classes:
        return wanted or METRICS
    if "accuracy" in wanted:
        reason = "samples are not made by class"
        if of.classes:
            known = f"{extractor.name} knows {extractor.classes}"
            reason = f"samples have {of.classes} classes, {known}"
        raise CannotStart(f"this run has no accuracy: {reason}")
    return wanted or tuple(metric for metric in METRICS if metric != "accuracy")


def _keep(evaluation: Evaluation, request: Request, extractor: Extractor) -> None:
    round, name = evaluation.about["round"], extractor.name
    file = f"round-{round:06d}-{name}-{request.count}-{request.seed}.json"
    path = request.run / "metrics" / file
    path.parent.mkdir(exist_ok=True)
    write_whole(path, evaluation.as_json())
