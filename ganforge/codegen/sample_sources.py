"""What samples are made from."""

from __future__ import annotations

from ganforge.graph.nodes import Source, upstream
from ganforge.plan.plan import Plan
from ganforge.plugins.shapes import Tensor


def sample_sources(plan: Plan) -> tuple[str, ...]:
    """The latents that samples are made from."""
    nodes = upstream(plan.graph.nodes, sample_roots(plan))
    operations = [plan.graph.nodes[i].operation for i in sorted(nodes)]
    return tuple(op.name for op in operations if isinstance(op, Source))


def sample_roots(plan: Plan) -> tuple[int, ...]:
    """What samples show: the spec's images, else what the first critic judges as generated."""
    graph = plan.graph
    if graph.samples:
        return graph.samples
    for loss in graph.losses.values():
        for index in graph.judged(loss.tensors["fake"]) if loss.has_sides else ():
            shape = graph.nodes[index].shape
            picture = isinstance(shape, Tensor) and shape.is_image and shape.channels in (1, 3)
            if picture and graph.called((index,)):
                return (index,)
    return ()


def shows_data(plan: Plan) -> bool:
    """Whether samples are made from the data's images or classes."""
    return any(from_data(plan, name) for name in sample_sources(plan))


def from_data(plan: Plan, name: str) -> bool:
    """Whether a source of samples is read from the data: a field, the condition `same` beside one,
    or a condition that is no class, which nothing but the data has. What is `given` stands beside
    the data.
    """
    if plan.role(name) in ("field", "given"):
        return True
    condition = plan.graph.spec.conditions.get(name)
    if condition is not None and classes_of(plan, name) is None:
        return True
    beside = any(plan.role(other) == "field" for other in sample_sources(plan))
    return beside and condition is not None and condition.draw == "same"


def asked_class(plan: Plan) -> str | None:
    """The class that samples can be asked for: what rows sweep, else the first condition."""
    sources = [name for name in sample_sources(plan) if not from_data(plan, name)]
    classes = [name for name in sources if classes_of(plan, name)]
    rows = plan.graph.spec.sample.rows
    if rows is not None and rows.of in classes:
        return rows.of
    return next((name for name in classes if plan.role(name) == "condition"), None)


def classes_of(plan: Plan, name: str) -> int | None:
    """How many classes a source of samples has; None where it is no class."""
    shape = plan.graph.nodes[plan.graph.names[name]].shape
    return shape.classes if isinstance(shape, Tensor) else None
