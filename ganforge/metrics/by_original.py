"""What is measured of samples that have an original: how near they come to it, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from ganforge.codegen.samples import sample_range
from ganforge.errors import CannotStart
from ganforge.graph.originals import Comparison, comparison_of
from ganforge.metrics.figures import NOTHING, Compared, Figures, figures
from ganforge.metrics.gathering import samples_of
from ganforge.metrics.measured import with_whole_data
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.plan import Plan
from ganforge.plugins.declarations import Metric
from ganforge.runtime.samples import as_bytes


def has_originals(plan: Plan) -> bool:
    """Whether samples of a plan, or of its last stage, are measured against an original."""
    return comparison_of((plan.stages or (plan,))[-1].graph) is not None


def figures_of_pairs(
    run: OpenedRun, metrics: Mapping[str, Metric], draw: Draw
) -> tuple[Figures, dict[str, Any]]:
    """The figures of each image by its wiring, such as `psnr[fake]`, and what is to be known of the
    originals.

    metrics: those that see pairs. Raises `CannotStart` where the spec names no original.
    """
    compilation = run.compilation
    assert compilation.plan is not None
    plan = compilation.plan
    last = (plan.stages or (plan,))[-1]
    comparison = comparison_of(last.graph)
    if comparison is None:
        name = next(iter(metrics))
        text = f"`{name}` compares samples with their originals, and the spec names none"
        raise CannotStart(f"{text}: `[sample] original` does")
    whole = plan if run.own else with_whole_data(plan)
    loaded = run.networks(run.program(whole, run.place))
    opened = loaded.module.open_data(run.place)
    data = opened.held_out or opened
    order = np.random.default_rng(draw.seed).permutation(data.count)[: draw.count].tolist()
    low, high = sample_range(last)
    parts = [
        samples_of(loaded, data, order[k : k + draw.batch], (draw.seed, k))
        for k in range(0, len(order), draw.batch)
    ]
    shown = torch.cat([as_bytes(part, low, high).cpu() for part in parts])
    shown = shown.unflatten(0, (-1, comparison.shown))
    records: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for name, compared in _pairs(shown, comparison, draw.seed):
        found = figures(metrics, compared)
        records |= {f"{metric}[{name}]": record for metric, record in found.records.items()}
        problems += [problem for problem in found.problems if problem not in problems]
    origin = (
        "held-out images" if opened.held_out else f"{'training' if run.own else 'other'} images"
    )
    original = last.graph.spec.sample.original
    return Figures(records, tuple(problems)), {"images": origin, "field": original}


def _pairs(shown: torch.Tensor, found: Comparison, seed: int) -> Iterator[tuple[str, Compared]]:
    """Each image beside its original, of samples (N, K, C, H, W)."""
    originals = shown[:, found.original]
    for name, place in found.images.items():
        yield (
            name,
            Compared(
                *(NOTHING, NOTHING, NOTHING, None),
                seed,
                real_images=originals,
                fake_images=shown[:, place],
                shave=found.shave,
            ),
        )
