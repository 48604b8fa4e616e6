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
from ganforge.metrics.figures import Compared, figures
from ganforge.metrics.gathering import Gathering
from ganforge.metrics.measured import Measured, measured
from ganforge.plugins.declarations import Metric
from ganforge.plugins.registry import Registry
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
    such as `fid[classifier-mnist]`. problems: metrics that failed, and why.
    """

    about: Mapping[str, Any]
    results: Mapping[str, Mapping[str, Any]]
    problems: tuple[str, ...] = ()

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
    metrics = _chosen(known_metrics(request.metrics, compilation.registry), of, extractor, request)
    program = build_program(of.plan, compilation.registry, place)
    loaded = build_state(compilation.graph, program, about["seed"], device)
    load_last(loaded, request.run)
    opened = loaded.module.open_data(place)
    data = opened.held_out or opened
    gathering = Gathering(extractor, request.count, request.seed, request.batch)
    real = gathering.of_data(data, of.real, torch.device(device))
    fake = gathering.of_samples(loaded, of, data)
    asked = of.asked(request.count)
    compared = Compared(real.values, fake.values, fake.recognised, asked, request.seed)
    found = figures(metrics, compared, extractor.name)
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
    evaluation = Evaluation(record, found.records, found.problems)
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


def known_metrics(names: tuple[str, ...], registry: Registry) -> dict[str, Metric]:
    """The metrics of these names, or all. Raises `CannotStart` where there is no such metric."""
    for name in names:
        if name not in registry.metrics:
            missing = registry.missing("metric", name)
            raise CannotStart(f"{missing.message}: {missing.help}")
    return {name: registry.metrics[name] for name in names or registry.metrics}


def _chosen(
    known: dict[str, Metric], of: Measured, extractor: Extractor, request: Request
) -> dict[str, Metric]:
    """The metrics to compute. Raises `CannotStart` where one is wanted that cannot be had."""
    if of.classes == extractor.classes:
        return known
    by_class = [name for name, metric in known.items() if metric.classes]
    if by_class and request.metrics:
        reason = "samples are not made by class"
        if of.classes:
            known_classes = f"{extractor.name} knows {extractor.classes}"
            reason = f"samples have {of.classes} classes, {known_classes}"
        raise CannotStart(f"this run has no {by_class[0]}: {reason}")
    return {name: metric for name, metric in known.items() if not metric.classes}


def _keep(evaluation: Evaluation, request: Request, extractor: Extractor) -> None:
    round, name = evaluation.about["round"], extractor.name
    file = f"round-{round:06d}-{name}-{request.count}-{request.seed}.json"
    path = request.run / "metrics" / file
    path.parent.mkdir(exist_ok=True)
    write_whole(path, evaluation.as_json())
