"""Data of which every stage takes only images averaged to its own size: it is read at that size."""

from __future__ import annotations

from ganforge.codegen.data import data_of
from ganforge.codegen.expressions import literal
from ganforge.codegen.names import Imports
from ganforge.graph.nodes import Apply
from ganforge.plan.plan import Plan
from ganforge.plugins.shapes import Tensor
from ganforge.spec.models import ClassField, Data, ImageField


def downsampled(plan: Plan | None) -> list[str]:
    """The image fields that all stages of a plan take at their own size alone; none unless it is
    all of them.
    """
    if plan is None or not plan.stages:
        return []
    data = data_of(plan.graph)
    images = [name for name, field in data.fields.items() if isinstance(field, ImageField)]
    squares = {side for name in images for side in data.sizes[name]}
    stages = plan.stages if len(squares) == 1 and _is_plain(data) else ()
    alike = bool(stages) and all(_is_alone(stage, name) for stage in stages for name in images)
    return images if alike else []


def _is_plain(data: Data) -> bool:
    """Whether batches are the samples of one data set, read in the order of epochs as they are."""
    classes = [field for field in data.fields.values() if isinstance(field, ClassField)]
    relabelled = any(field.corrupt or field.labelled for field in classes)
    return not (data.domains or relabelled or data.table.load_size or data.table.holdout)


def _is_alone(stage: Plan, name: str) -> bool:
    """Whether a stage uses a field only averaged to its size."""
    index = stage.graph.names.get(name)
    if index is None:
        return True
    if any(index in term.tensors for term in stage.graph.terms):
        return False
    taken = {i for i, node in enumerate(stage.graph.nodes) if index in node.inputs}
    return taken <= set(downsamplings(stage, index))


def downsamplings(stage: Plan, index: int) -> list[int]:
    """The nodes that average an image to the size of the stage."""
    res = (stage.graph.spec.scope.growing or {}).get("res")
    return [
        i
        for i, node in enumerate(stage.graph.nodes)
        if node.inputs == (index,)
        and isinstance(node.operation, Apply)
        and node.operation.block.name == "resize"
        and getattr(node.operation.params, "mode", None) == "area"
        and isinstance(node.shape, Tensor)
        and node.shape.shape[1:] == (res, res)
    ]


def opened_downsampled(plan: Plan, imports: Imports) -> str:
    """The call that makes the data of the stages' sizes; empty where stages take it as it is."""
    names = downsampled(plan)
    if not names:
        return ""
    made = imports.use("ganforge.runtime.downsampled:Downsampled")
    size = data_of(plan.graph).sizes[names[0]][0]
    return f"{made}(data, {size}, {literal(names)})  # images of each stage's size"
