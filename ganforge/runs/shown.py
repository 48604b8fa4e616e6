"""Programs of a run that show other images than its spec says, or make them from something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ganforge.codegen.program import build_program
from ganforge.graph import Graph
from ganforge.graph.nodes import Source
from ganforge.locate import compile_sound
from ganforge.plan import build_plan
from ganforge.plugins.shapes import Tensor
from ganforge.runs.loading import Loaded, build_state, load_last, read_trained
from ganforge.spec.models import AnyField, ImageField

Change = Callable[[Graph], Graph]


def load_changed(folder: Path, device: str, *changes: Change) -> Loaded:
    """A run's networks from its last checkpoint, in a program whose graph is changed, and that of
    each stage. Raises as `load_run` does.
    """
    about = read_trained(folder)
    compilation = compile_sound(folder)
    graph = compilation.graph
    assert graph is not None
    for change in changes:
        graph = replace(change(graph), stages=tuple(change(stage) for stage in graph.stages))
    program = build_program(build_plan(graph), compilation.registry, about["data"])
    loaded = build_state(graph, program, about["seed"], device)
    load_last(loaded, folder, program.spec_hash)
    return loaded


def showing(images: list[str]) -> Change:
    """Samples show these images, by their wiring in `[sample]` or their names in `[flow]`; a stage
    that has one of them not goes on to show its own.
    """

    def change(graph: Graph) -> Graph:
        shown = dict(zip(graph.spec.sample.images, graph.samples, strict=True))
        places = [shown.get(image, graph.names.get(image)) for image in images]
        found = tuple(place for place in places if place is not None)
        if len(found) < len(images):
            return graph
        update = {"images": images, "original": None, "shave": 0}
        sample = graph.spec.sample.model_copy(update=update)
        return replace(graph, samples=found, spec=replace(graph.spec, sample=sample))

    return change


def given(name: str, range: tuple[float, float]) -> Change:
    """The named image is read, and no longer computed; range: its values of black and white."""

    def change(graph: Graph) -> Graph:
        index, data = graph.names[name], graph.spec.data
        shape = graph.nodes[index].shape
        assert data is not None and isinstance(shape, Tensor)
        size = [shape.height, shape.width]
        own = {"kind": "image", "channels": shape.channels, "size": size, "range": list(range)}
        fields: dict[str, AnyField] = {**data.fields, name: ImageField.model_validate(own)}
        read = graph.nodes[index]._replace(operation=Source(name, "field"), inputs=())
        nodes = (*graph.nodes[:index], read, *graph.nodes[index + 1 :])
        spec = replace(graph.spec, data=replace(data, fields=fields))
        return replace(graph, nodes=nodes, spec=spec)

    return change
