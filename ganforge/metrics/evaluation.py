"""Evaluating a run: every figure names what it is measured by, of how many images, and its seed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganforge.files import write_whole
from ganforge.metrics.by_features import figures_of_samples, known_metrics
from ganforge.metrics.by_labels import Recognition, figures_of_networks
from ganforge.metrics.by_latents import Disentanglement, figures_of_latents
from ganforge.metrics.by_original import figures_of_pairs, has_originals
from ganforge.metrics.extractor import Extractor, load_extractor
from ganforge.metrics.figures import Figures
from ganforge.metrics.opened import Draw, OpenedRun, opened_run
from ganforge.runs.about import made_by
from ganforge.runs.folder import read_state


@dataclass(frozen=True)
class Request:
    """What is measured: samples, by these metrics or all; what the run's own networks recognise;
    and how its latents are entangled.

    features: the folder of the extractor, which metrics that see images alone do without.
    settings: of samples, as `--set` takes them.
    """

    run: Path
    features: Path | None = None
    count: int = 10_000
    seed: int = 0
    batch: int = 250
    device: str = "auto"
    data: str | None = None
    metrics: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    recognition: Recognition = field(default_factory=Recognition)
    disentanglement: Disentanglement = field(default_factory=Disentanglement)

    @property
    def draw(self) -> Draw:
        """How many images are taken, and which."""
        return Draw(self.count, self.seed, self.batch)

    @property
    def of_samples(self) -> bool:
        """Whether samples are compared with real images: asked for, or since nothing else is."""
        others = self.recognition.wanted or self.disentanglement.wanted
        features = self.features and not self.disentanglement.path_length
        return bool(self.metrics or features or not others)


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
    run = opened_run(request.run, request.data, request.device, request.settings)
    extractor = load_extractor(request.features, run.device) if request.features else None
    about: dict[str, Any] = {}
    measured: list[Figures] = []
    if request.disentanglement.wanted or request.disentanglement.attributes:
        entangled, said = figures_of_latents(run, request.disentanglement, extractor, request.draw)
        about |= said
        measured.append(entangled)
    if request.recognition.wanted:
        own, said = figures_of_networks(run, request.recognition, request.draw)
        about |= said
        measured.insert(0, own)
    if request.of_samples:
        made, said = _of_samples(run, request, extractor)
        about |= said
        measured = [*made, *measured]
    record = {
        "run": str(request.run),
        **_trained(run),
        "data": run.place,
        **about,
        **({"set": list(request.settings)} if request.settings else {}),
        "batch": request.batch,
        "device": run.device,
        **made_by(run.compilation.registry),
    }
    results = {name: result for part in measured for name, result in part.records.items()}
    problems = tuple(problem for part in measured for problem in part.problems)
    evaluation = Evaluation(record, results, problems)
    _keep(evaluation, request)
    return evaluation


def _of_samples(
    run: OpenedRun, request: Request, extractor: Extractor | None
) -> tuple[list[Figures], dict[str, Any]]:
    """What is measured of samples: against their originals, where there are any, and against other
    real images, where that is asked for or there are none.
    """
    assert run.compilation.plan is not None
    known = known_metrics(request.metrics, run.compilation.registry)
    pairs = {name: metric for name, metric in known.items() if "pairs" in metric.sees}
    others = tuple(name for name in known if name not in pairs)
    measured: list[Figures] = []
    about: dict[str, Any] = {}
    if pairs and (request.metrics or has_originals(run.compilation.plan)):
        made, about = figures_of_pairs(run, pairs, request.draw)
        measured.append(made)
    names = others if request.metrics else ()
    if names or (not request.metrics and (extractor or not measured)):
        made, said = figures_of_samples(run, extractor, request.draw, names)
        measured.append(made)
        about |= said
    return measured, about


def _trained(run: OpenedRun) -> dict[str, Any]:
    """How far the run had come."""
    state = read_state(run.folder)
    counters = state["counters"]
    return {
        "spec": state["spec"],
        "round": counters["round"],
        "kimg": counters["images"] / 1000,
    }


def _keep(evaluation: Evaluation, request: Request) -> None:
    extractor = evaluation.about.get("extractor")
    others = (*request.recognition.wanted, *request.disentanglement.wanted)
    of_images = [] if others else ["images"]
    names = [extractor["name"]] if extractor else of_images
    names += [re.sub(r"[^\w.]+", "-", name).strip("-") for name in (*others, *request.settings)]
    measured, round = "-".join(names), evaluation.about["round"]
    file = f"round-{round:06d}-{measured}-{request.count}-{request.seed}.json"
    path = request.run / "metrics" / file
    path.parent.mkdir(exist_ok=True)
    write_whole(path, evaluation.as_json())
