"""Samples of vectors that a user gives, such as the embeddings of texts: a row for each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.codegen.sample_sources import sample_roots, sample_sources
from ganforge.codegen.samples import cells
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.nodes import Source, upstream
from ganforge.graph.sweeps import MOST_SAMPLES, vector_of
from ganforge.locate import compile_sound
from ganforge.plan import build_plan
from ganforge.plugins.shapes import Tensor as TensorShape
from ganforge.runs import folder as folders
from ganforge.runs.device import needs_torch
from ganforge.runs.loading import Loaded, load_run
from ganforge.spec.fields import VectorField

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import Tensor


@dataclass(frozen=True)
class Given:
    """How many vectors samples were made of, and by which round."""

    count: int
    round: int


def sample_given(
    run: Path, field: str | None, file: Path, out: Path, count: int | None, seed: int, device: str
) -> Given:
    """Write a grid of samples with a row for each vector of a `.npy` file.

    field: the vector that they stand for, by default the only one that samples are made from.

    Raises `CannotStart` where samples are made from no such vector, `RunError` where the file does
    not hold it.
    """
    needs_torch()
    import torch

    from ganforge.runtime.data import Data
    from ganforge.runtime.vectors import vectors_of

    folders.read_about(run)
    graph = compile_sound(run).graph
    assert graph is not None and graph.spec.data is not None
    source, name = _source(graph, field)
    about = graph.spec.data.fields[name]
    assert isinstance(about, VectorField)
    if not file.is_file():
        raise CannotStart(f"there is no file {file}: check the path of `--input`")
    vectors = torch.from_numpy(vectors_of(file.read_bytes(), str(file), name, about.size))
    if len(vectors) > MOST_SAMPLES:
        text = f"{file} has {len(vectors)} vectors, and a grid shows {MOST_SAMPLES} at most"
        raise CannotStart(f"{text}: give it in parts")
    loaded = load_run(run, device, (_rows(source, len(vectors)), *_images(graph, name)))
    plan = build_plan(loaded.stage)
    if others := sorted(_read(plan.graph, plan.graph.samples) - {name}):
        text = f"samples are made from `{others[0]}` too, which `--input` does not give"
        raise CannotStart(f"{text}: leave `--input` out")
    whole = Data(
        len(vectors), lambda index: {name: vectors[torch.arange(len(index)) % len(vectors)]}
    )
    loaded.state.seed = seed
    size = count or len(vectors) * cells(plan).across
    loaded.module.save_samples(loaded.state, whole, out, size)
    return Given(len(vectors), loaded.state.round)


def images_of(
    loaded: Loaded, field: str | None, values: ArrayLike, count: int, seed: int
) -> Tensor:
    """What samples show that is made of vectors (K, size): of each in turn, `count` in all. The
    images of one sample follow each other; those that are made from other data are left out.

    Raises `CannotStart` where samples are made from no such vectors.
    """
    import numpy as np
    import torch

    from ganforge.runtime.vectors import checked_vectors

    plan = build_plan(loaded.stage)
    graph = plan.graph
    source, name = _source(graph, field)
    if source != name:
        text = f"samples take `{source}` from `{name}` of other samples"
        raise CannotStart(f"{text}: `ganforge sample --input` shows what is made of vectors")
    roots = sample_roots(plan)
    kept = [k for k, root in enumerate(roots) if _read(graph, (root,)) == {name}]
    if not kept:
        others = sorted(_read(graph, roots) - {name})
        raise CannotStart(f"samples are made from `{others[0]}` too, which is not given")
    about = graph.spec.data.fields[name] if graph.spec.data else None
    assert isinstance(about, VectorField)
    given = values.detach().cpu() if isinstance(values, torch.Tensor) else values
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise CannotStart(f"what is given for `{name}` is no array: {error}") from error
    vectors = torch.from_numpy(checked_vectors(array, "what is given", name, about.size))
    device = loaded.state.noise.device
    real = {other: _nothing(graph, other, count).to(device) for other in _read(graph, roots)}
    real[name] = vectors[torch.arange(count) % len(vectors)].to(device)
    images: Tensor = loaded.module.sample(loaded.state, real, count, seed)
    return images.view(count, len(roots), *images.shape[1:])[:, kept].flatten(0, 1)


def _nothing(graph: Graph, field: str, count: int) -> Tensor:
    """Zeros in place of data from which nothing is made that is shown."""
    import torch

    shape = graph.nodes[graph.names[field]].shape
    assert isinstance(shape, TensorShape)
    if shape.is_image:
        return torch.zeros(count, *shape.shape, dtype=torch.uint8)
    return torch.zeros(count, *shape.shape, dtype=torch.int64 if shape.classes else torch.float32)


def _source(graph: Graph, asked: str | None) -> tuple[str, str]:
    """What samples are made from, and the vector of the data that it is: the one asked for."""
    found: dict[str, str] = {}
    for stage in graph.stages or (graph,):
        for name in sample_sources(build_plan(stage)):
            field = vector_of(graph.spec, name)
            if field is not None:
                found.setdefault(field, name)
    known = list(found)
    if not known:
        raise CannotStart(
            f"`{graph.spec.gan.name}` makes no samples from a vector of the data: "
            "`--input` takes images where they are translated"
        )
    if asked is None and len(known) > 1:
        raise CannotStart(f"samples are made from {' and '.join(known)}: say `{known[0]}=PATH`")
    if asked is not None and asked not in known:
        text = f"samples are made from no vector `{asked}`"
        raise CannotStart(f"{text}: {did_you_mean(asked, known)}")
    field = asked or known[0]
    return found[field], field


def _read(graph: Graph, nodes: tuple[int, ...]) -> set[str]:
    """The fields of the data that tensors are made from."""
    operations = (graph.nodes[i].operation for i in upstream(graph.nodes, nodes))
    conditions = graph.spec.conditions
    names = {op.name for op in operations if isinstance(op, Source)}
    fields = graph.spec.data.fields if graph.spec.data else {}
    return {conditions[n].field if n in conditions else n for n in names} & fields.keys()


def _rows(source: str, count: int) -> str:
    """An override: a row for each vector."""
    return f"sample.rows={{ of = {json.dumps(source)}, values = {list(range(count))} }}"


def _images(graph: Graph, field: str) -> list[str]:
    """Overrides by which samples show nothing that is made from other fields of the data."""
    found = {}
    for each in (*graph.stages, graph):
        stage = each.spec.stage
        own = stage is not None and stage.table.images is not None
        key = f"stages.{stage.key}.images" if stage and own else "sample.images"
        shown = zip(each.spec.sample.images, each.samples, strict=True)
        kept = [text for text, index in shown if _read(each, (index,)) <= {field}]
        if kept:
            found[key] = f"{key}={json.dumps(kept)}"
    return list(found.values())
