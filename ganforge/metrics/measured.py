"""What of a spec is measured: one image of its samples, the real ones it should look like, and
the classes asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from ganforge.codegen.sample_sources import (
    asked_class,
    classes_of,
    from_data,
    sample_roots,
    sample_sources,
)
from ganforge.codegen.samples import sample_range
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.nodes import upstream
from ganforge.plan.plan import Plan
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.spec.models import ClassField, Data, ImageField

T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """plan: the run's own, but its samples show one image.

    real: the data field that samples are compared with. inputs: the data fields that they are made
    from, if any. low, high: their range. classes: how many they can be asked for; 0 for none.
    """

    plan: Plan
    real: str
    inputs: tuple[str, ...]
    low: float
    high: float
    classes: int

    def asked(self, count: int) -> torch.Tensor | None:
        """The classes (count) that samples are asked for: each equally often."""
        return torch.arange(count) % self.classes if self.classes else None


def measured(plan: Plan, *, whole: bool = False) -> Measured:
    """What is measured of a plan. Raises `CannotStart` where it has no such samples.

    whole: whether nothing is held out of the data and all labels are as they are, since they are
    not the run's own.
    """
    if plan.stages:  # what the last one shows
        stages = [measured(stage, whole=whole) for stage in plan.stages[-1:]]
        data = stages[-1].plan.graph.spec.data
        graph = replace(plan.graph, spec=replace(plan.graph.spec, data=data))
        parts = (*(_with_data(stage, data) for stage in plan.stages[:-1]), stages[-1].plan)
        return replace(stages[-1], plan=replace(plan, graph=graph, stages=parts))
    root = generated(plan)
    real = _real_field(plan.graph, root)
    unswept: dict[str, list[str] | None] = {"images": [], "rows": None, "columns": None}
    sample = plan.graph.spec.sample.model_copy(update=unswept)
    spec = replace(
        plan.graph.spec, sample=sample, data=_whole(plan) if whole else plan.graph.spec.data
    )
    shown = replace(plan, graph=replace(plan.graph, spec=spec, samples=(root,)))
    low, high = sample_range(shown)
    asked = asked_class(shown)
    classes = classes_of(shown, asked) if asked else None
    inputs = tuple(_field(shown, n) for n in sample_sources(shown) if from_data(shown, n))
    return Measured(shown, real, inputs, low, high, classes or 0)


def _field(plan: Plan, source: str) -> str:
    """The field that a source of samples is read from."""
    condition = plan.graph.spec.conditions.get(source)
    return condition.field if condition else source


def stage_of(plan: Plan) -> str:
    """The name of the stage that a plan is of; empty where there are none."""
    stage = plan.graph.spec.stage
    return stage.name if stage else ""


def of_stages(plan: Plan, part: Callable[[Plan], T]) -> dict[str, T]:
    """What `part` gives of each stage by its name; of a plan without stages under no name.

    Stages before the last may have no such part. Raises the `CannotStart` of the last.
    """
    stages, parts = plan.stages or (plan,), dict[str, T]()
    for stage in stages:
        try:
            parts[stage_of(stage)] = part(stage)
        except CannotStart:
            if stage is stages[-1]:
                raise
    return parts


def _with_data(plan: Plan, data: Data | None) -> Plan:
    return replace(plan, graph=replace(plan.graph, spec=replace(plan.graph.spec, data=data)))


def with_whole_data(plan: Plan) -> Plan:
    """A plan, and those of its stages, for data that are not the run's own: nothing is held out."""
    stages = tuple(_with_data(stage, _whole(stage)) for stage in plan.stages)
    return replace(_with_data(plan, _whole(plan)), stages=stages)


def _whole(plan: Plan) -> Data | None:
    data = plan.graph.spec.data
    if data is None:
        return None
    trained = {"labelled": None, "labelled_share": None, "corrupt": None}
    fields = {
        name: field.model_copy(update=trained) if isinstance(field, ClassField) else field
        for name, field in data.fields.items()
    }
    return replace(data, table=data.table.model_copy(update={"holdout": None}), fields=fields)


def generated(plan: Plan) -> int:
    """The first image of the samples that a network makes and a critic judges, else the first that
    is made like one, else the first that a network makes.
    """
    graph = plan.graph
    made = [root for root in sample_roots(plan) if graph.called((root,))]
    games = (loss for loss in graph.losses.values() if loss.has_sides)
    judged = {index for loss in games for index in graph.judged(loss.tensors["fake"])}
    alike = (root for root in made if _made_alike(graph, upstream(graph.nodes, judged), root))
    if made:
        return next((root for root in made if root in judged), next(alike, made[0]))
    raise CannotStart("this spec has no generated images to measure: name them in `[sample]`")


def _made_alike(graph: Graph, fake: set[int], root: int) -> bool:
    """Whether one of these nodes, or of a list of them, has the size of a sample and is made by
    networks that make the sample too: training may give them something else, such as mixed styles,
    or real images where samples have generated ones.
    """
    own, networks = graph.nodes[root].shape, graph.called((root,))
    for index in fake:
        shape, called = graph.nodes[index].shape, graph.called((index,))
        shapes = shape.items if isinstance(shape, TensorList) else (shape,)
        sizes = [item.shape for item in shapes if isinstance(item, Tensor)]
        if isinstance(own, Tensor) and own.shape in sizes and called and called <= networks:
            return True
    return False


def _real_field(graph: Graph, root: int) -> str:
    """The image field of the loss that judges these samples: real ones, not their origin, unless
    what is made shall look like others of the same field.
    """
    for loss in graph.losses.values():
        if not loss.has_sides:
            continue
        fake = upstream(graph.nodes, (loss.tensors["fake"],))
        real = upstream(graph.nodes, (loss.tensors["real"],))
        if root in fake or _made_alike(graph, fake, root):
            fields = graph.spec.data.fields if graph.spec.data else {}
            images = [n for n in fields if isinstance(fields[n], ImageField)]
            judged = [n for n in images if graph.names.get(n) in real]
            apart = [n for n in judged if graph.names[n] not in fake]
            if judged:
                return (apart or judged)[0]
    raise CannotStart("no loss compares these samples with real images: there is no such metric")
