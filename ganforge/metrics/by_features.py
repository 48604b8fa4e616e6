"""What is measured of a run's samples: by the features of a classifier, or as they are."""

from __future__ import annotations

from typing import Any

import torch

from ganforge.errors import CannotStart
from ganforge.metrics.extractor import Extractor
from ganforge.metrics.figures import Compared, Figures, figures
from ganforge.metrics.gathering import Gathering
from ganforge.metrics.measured import Measured, measured
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.plugins.declarations import Metric
from ganforge.plugins.registry import Registry
from ganforge.runtime.data import Data


def figures_of_samples(
    run: OpenedRun, extractor: Extractor | None, draw: Draw, names: tuple[str, ...] = ()
) -> tuple[Figures, dict[str, Any]]:
    """The figures, and what is to be known of them: the real images, and the extractor.

    extractor: None where all metrics see images alone. names: the metrics; none are all that the
    run and the extractor can have.
    Raises `CannotStart` where the run, the extractor or the data do not serve.
    """
    compilation = run.compilation
    assert compilation.plan is not None
    of = measured(compilation.plan, whole=not run.own)
    known = {
        name: metric
        for name, metric in known_metrics(names, compilation.registry).items()
        if "pairs" not in metric.sees
    }
    metrics = _chosen(known, of, extractor, named=bool(names))
    loaded = run.networks(run.program(of.plan, run.place))
    opened = loaded.module.open_data(run.place)
    data = opened.held_out or opened
    keeps_images = any("images" in metric.sees for metric in metrics.values())
    gathering = Gathering(extractor, draw.count, draw.seed, draw.batch, keeps_images)
    real = gathering.of_data(data, of.real, torch.device(run.device))
    fake = gathering.of_samples(loaded, of, data)
    compared = Compared(
        real.features,
        fake.features,
        fake.recognised,
        of.asked(draw.count),
        draw.seed,
        real.images,
        fake.images,
    )
    about: dict[str, Any] = {"images": _origin(opened, own=run.own), "field": of.real}
    about |= {"extractor": dict(extractor.about)} if extractor else {}
    return figures(metrics, compared, extractor.name if extractor else None), about


def _origin(data: Data, *, own: bool) -> str:
    if data.held_out:
        return "held-out images"
    return "training images" if own else "other images"


def known_metrics(names: tuple[str, ...], registry: Registry) -> dict[str, Metric]:
    """The metrics of these names, or all. Raises `CannotStart` where there is no such metric."""
    for name in names:
        if name not in registry.metrics:
            missing = registry.missing("metric", name)
            raise CannotStart(f"{missing.message}: {missing.help}")
    return {name: registry.metrics[name] for name in names or registry.metrics}


def _chosen(
    known: dict[str, Metric], of: Measured, extractor: Extractor | None, *, named: bool
) -> dict[str, Metric]:
    """The metrics to compute. Raises `CannotStart` where one is wanted that cannot be had."""
    if extractor is None:
        known = _of_images(known, named=named)
    if of.classes and (extractor is None or of.classes == extractor.classes):
        return known
    by_class = [name for name, metric in known.items() if metric.classes]
    if by_class and named:
        reason = "samples are not made by class"
        if of.classes and extractor:
            known_classes = f"{extractor.name} knows {extractor.classes}"
            reason = f"samples have {of.classes} classes, {known_classes}"
        raise CannotStart(f"this run has no {by_class[0]}: {reason}")
    return {name: metric for name, metric in known.items() if not metric.classes}


def _of_images(known: dict[str, Metric], *, named: bool) -> dict[str, Metric]:
    """The metrics that need no extractor. Raises `CannotStart` where another is wanted, or there
    are none.
    """
    by_features = [name for name, metric in known.items() if "features" in metric.sees]
    found = {name: metric for name, metric in known.items() if name not in by_features}
    if named and by_features:
        text = f"`--metric {by_features[0]}` is measured by features"
        raise CannotStart(f"{text}: give a classifier's folder with `--features`")
    if not found:
        raise CannotStart(
            "nothing is asked for: say `--features FOLDER` to measure samples, `--classify TENSOR` "
            "or `--neighbours TENSOR` to measure the run's own networks"
        )
    return found
