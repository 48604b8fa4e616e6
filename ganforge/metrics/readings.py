"""What a run's own networks compute of labelled images: a tensor that wiring names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ganforge.diagnostics.diagnostic import Severity
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.errors import CannotStart
from ganforge.graph.build import graph_with
from ganforge.graph.nodes import Source, upstream
from ganforge.metrics.measured import of_stages, stage_of
from ganforge.pipeline import Compilation
from ganforge.plan import Plan, build_plan
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Tensor
from ganforge.spec.models import AnyField, ClassField, Data, DataTable, ImageField


@dataclass(frozen=True)
class Labels:
    """Where labels come from: the class field of this name, or the only one; where the spec has
    none, the data's own, of so many classes.
    """

    field: str | None = None
    classes: int | None = None


@dataclass(frozen=True)
class Reading:
    """A tensor that networks make of one image field, and the class field beside it.

    asked: as the user wrote it. plan: that of the run, whose samples are the tensor. stages: those
    in which there is such a tensor, where there are several.
    """

    asked: str
    plan: Plan
    shape: Tensor
    image: str
    label: str
    classes: int
    stages: frozenset[str]

    def whole(self) -> Plan:
        """The plan for data that are not the run's own: nothing is held out of them."""
        data = _data_of(self.plan)
        return _with_data(self.plan, replace(data, table=_with_all(data)))


@dataclass(frozen=True)
class _Part:
    """The same of one stage."""

    plan: Plan
    shape: Tensor
    image: str


def reading(compilation: Compilation, wiring: str, labels: Labels, option: str) -> Reading:
    """The tensor that `wiring` means in a sound spec; where there are stages, in the last.

    option: the one that names it. Raises `CannotStart` where there is no such tensor, where it is
    not made of images alone, or where nothing says what the images show.
    """
    asked, whole = f"`{option} {wiring}`", compilation.plan
    assert whole is not None
    parts = of_stages(whole, lambda stage: _part(stage, wiring, compilation.registry, asked))
    last = list(parts.values())[-1]
    parts = {name: part for name, part in parts.items() if part.image == last.image}
    data, label = _labelled(_data_of(last.plan), last.image, labels)
    field = data.fields[label]
    assert isinstance(field, ClassField)
    plan = _with_data(_whole(whole, parts), data)
    return Reading(asked, plan, last.shape, last.image, label, field.classes, frozenset(parts))


def _whole(plan: Plan, parts: Mapping[str, _Part]) -> Plan:
    """The plan of a run whose stages show these parts."""
    if not plan.stages:
        return parts[""].plan
    names = [stage_of(stage) for stage in plan.stages]
    shown = [
        parts[name].plan if name in parts else stage
        for name, stage in zip(names, plan.stages, strict=True)
    ]
    return replace(plan, stages=tuple(shown))


def _part(plan: Plan, wiring: str, registry: Registry, asked: str) -> _Part:
    graph, index, found = graph_with(replace(plan.graph.spec, stages=()), registry, wiring)
    for finding in found:
        if finding.severity is Severity.ERROR:
            help = f": {finding.help}" if finding.help else ""
            raise CannotStart(f"{asked}: {finding.message}{help}")
    shape = graph.nodes[index].shape
    if not isinstance(shape, Tensor):
        raise CannotStart(f"{asked} is {shape}: name one tensor")
    nodes = [graph.nodes[i].operation for i in sorted(upstream(graph.nodes, [index]))]
    image = _image(graph.spec.data, [op for op in nodes if isinstance(op, Source)], asked)
    shown = replace(graph, samples=(index,), monitored=plan.graph.monitored)
    return _Part(_evaluated(build_plan(shown)), shape, image)


def _image(data: Data | None, sources: Iterable[Source], asked: str) -> str:
    """The one image field that a tensor is made from."""
    fields = data.fields if data else {}
    names = [source.name for source in sources]
    others = [name for name in names if not isinstance(fields.get(name), ImageField)]
    if others:
        text = f"{asked} is made from `{others[0]}`, and images alone are given"
        raise CannotStart(f"{text}: name what networks make from images")
    if len(names) != 1:
        made = "no image" if not names else " and ".join(f"`{name}`" for name in names)
        raise CannotStart(f"{asked} is made from {made}: name what is made from one image field")
    return names[0]


def _labelled(data: Data, image: str, labels: Labels) -> tuple[Data, str]:
    """The data with all true labels, and the class field that has them."""
    known = {n: f for n, f in data.fields.items() if isinstance(f, ClassField)}
    if not known and labels.field is None:
        return _with_labels(data, image, labels.classes)
    if labels.field is not None and labels.field not in known:
        help = did_you_mean(labels.field, known, "class field")
        raise CannotStart(f"`--labels {labels.field}`: there is no such class field: {help}")
    if len(known) > 1 and labels.field is None:
        names = ", ".join(f"`{name}`" for name in known)
        raise CannotStart(f"this spec has the class fields {names}: choose one with `--labels`")
    name = labels.field or next(iter(known))
    if labels.classes is not None:
        text = f"in this spec `{name}` has {known[name].classes} classes"
        raise CannotStart(f"{text}: leave `--classes` out")
    fields = {n: _true(f) if isinstance(f, ClassField) else f for n, f in data.fields.items()}
    return replace(data, fields=fields), name


def _with_labels(data: Data, image: str, classes: int | None) -> tuple[Data, str]:
    """The data with a class field, which stands behind the image to which it belongs."""
    if classes is None:
        text = "this spec has no class field, and accuracy needs labels"
        raise CannotStart(f"{text}: say with `--classes N` how many classes the data have")
    name = "label"
    while name in data.fields:
        name += "_"
    fields: dict[str, AnyField] = {}
    for other, field in data.fields.items():
        fields[other] = field
        if other == image:
            fields[name] = ClassField(kind="class", classes=classes)
    return replace(data, fields=fields), name


def _true(field: ClassField) -> ClassField:
    """A class field whose labels are neither hidden nor noisy."""
    return field.model_copy(update={"labelled": None, "labelled_share": None, "corrupt": None})


def _with_all(data: Data) -> DataTable:
    return data.table.model_copy(update={"holdout": None})


def _data_of(plan: Plan) -> Data:
    assert plan.graph.spec.data is not None
    return plan.graph.spec.data


def _evaluated(plan: Plan) -> Plan:
    """The plan with samples as networks in evaluation make them."""
    spec = plan.graph.spec
    unswept: dict[str, Any] = {"images": [], "rows": None, "columns": None, "statistics": "running"}
    spec = replace(spec, sample=spec.sample.model_copy(update=unswept))
    return replace(plan, graph=replace(plan.graph, spec=spec))


def _with_data(plan: Plan, data: Data) -> Plan:
    """The plan, and those of its stages, with other data."""
    stages = tuple(_with_data(stage, data) for stage in plan.stages)
    graph = replace(plan.graph, spec=replace(plan.graph.spec, data=data))
    return replace(plan, graph=graph, stages=stages)
