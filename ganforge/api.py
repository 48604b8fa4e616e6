"""The verbs of the README as functions: check, build, emit, train, load."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ganforge.diagnostics.report import Report
from ganforge.locate import Source, as_overrides, compile_located, compile_sound
from ganforge.plugins.selection import Selection, chosen, selection
from ganforge.plugins.shapes import Tensor as TensorShape

if TYPE_CHECKING:
    import torch
    from numpy.typing import ArrayLike
    from torch import Tensor, nn

    from ganforge.graph.graph import Network
    from ganforge.plugins.view import GraphView
    from ganforge.runs.loading import Loaded

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Gan:
    """The networks of a spec.

    networks: by name; each is called with tensors in the order of its `inputs`, batch first. An
        input that is a class takes int64 indices (B) or one-hot floats (B, K).
    averages: the moving averages of those networks that have one.
    program: the text that was executed to make them.
    """

    networks: Mapping[str, nn.Module]
    averages: Mapping[str, nn.Module]
    spec_hash: str
    program: str = field(repr=False)
    _loaded: Loaded = field(repr=False)

    @property
    def view(self) -> GraphView:
        """What the networks take and give, their layers, losses and players."""
        from ganforge.graph.view import view_of

        return view_of(self._loaded.graph)

    def sample(
        self,
        count: int,
        seed: int = 0,
        classes: Sequence[int] = (),
        vectors: ArrayLike | Mapping[str, ArrayLike] | None = None,
    ) -> Tensor:
        """Images (count, C, H, W) in the range of the data, all drawn anew.

        classes: those that a conditional model is asked for, in turn; else they are drawn.
        vectors: in place of those of the data, such as the embeddings of new texts: (K, size), in
        turn; of several vector fields as `{field: vectors}`. Only what is made of them is given.
        Where `[sample]` shows several images, those of one sample follow each other. Samples made
        from data read it: of a run its own, else the spec's. Raises `RunError` where it is gone,
        `CannotStart` where there are no such classes.
        """
        import torch

        from ganforge.errors import CannotStart
        from ganforge.runs.given_vectors import images_of
        from ganforge.runs.sampling import asked_for

        given = asked_for(self._loaded, count, classes)
        with torch.random.fork_rng(devices=[]):
            if vectors is None:
                return self._loaded.sample(count, seed, *given)
            if given:
                raise CannotStart("samples of vectors are asked for no classes: leave these out")
            named = vectors if isinstance(vectors, Mapping) else {None: vectors}
            if len(named) != 1:
                raise CannotStart("samples are made of the vectors of one field: give those alone")
            ((field, values),) = named.items()
            return images_of(self._loaded, field, values, count, seed)


def check(
    spec: Source, params: Mapping[str, Any] = _NOTHING, *, allow_local_code: bool = False
) -> Report:
    """All that is wrong with a spec: a file, a spec by name, or TOML text of several lines.

    params: what `--set` says on the command line. allow_local_code: whether the code that the spec
    names itself may run, here and in the functions below. Raises `SpecNotFound`.
    """
    with _local_code(allow_local_code):
        return compile_located(spec, as_overrides(params)).report


def build(
    spec: Source,
    params: Mapping[str, Any] = _NOTHING,
    seed: int = 0,
    device: str = "cpu",
    *,
    allow_local_code: bool = False,
) -> Gan:
    """The networks of a spec as they are before training.

    Raises `SpecNotFound`; `SpecError`, whose text is the report; `CannotStart` without torch.
    """
    from ganforge.runs.loading import build_spec_state

    with _local_code(allow_local_code):
        return _gan(build_spec_state(spec, as_overrides(params), seed, device))


def emit(
    spec: Source,
    params: Mapping[str, Any] = _NOTHING,
    data: str | None = None,
    *,
    allow_local_code: bool = False,
) -> str:
    """The spec as one script that needs no ganforge. Raises `SpecNotFound`, `SpecError`."""
    from ganforge.runs.emitting import script

    with _local_code(allow_local_code):
        compilation = compile_sound(spec, as_overrides(params))
        assert compilation.document is not None
        return script(compilation, data, f"ganforge.emit({compilation.document.name!r})")


def train(
    spec: Source | None = None,
    params: Mapping[str, Any] = _NOTHING,
    *,
    data: str | None = None,
    out: str | Path | None = None,
    rounds: float = math.inf,
    kimg: float = math.inf,
    seed: int | None = None,
    device: str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    log_every: int = 50,
    sample_every: int = 500,
    checkpoint_every: int = 1000,
    allow_local_code: bool = False,
) -> Path:
    """Train a spec, or go on with a run (`resume`), to its end; the folder of the run.

    The options are those of `ganforge train`. Raises `SpecNotFound`, `SpecError`, `CannotStart`,
    and the errors of a run: `NonFinite`, and else `RunError`.
    """
    from ganforge.runs.training import Request, metrics_of, open_run, start

    request = Request(
        source=spec,
        overrides=as_overrides(params),
        data=data,
        out=None if out is None else Path(out),
        rounds=rounds,
        kimg=kimg,
        seed=seed,
        device=device,
        resume=resume,
        overwrite=overwrite,
        log_every=log_every,
        sample_every=sample_every,
        checkpoint_every=checkpoint_every,
    )
    with _local_code(allow_local_code):
        run = open_run(request)
        for _ in metrics_of(run, start(run, overwrite=overwrite)):
            pass
    return run.folder


def load(
    run: str | Path,
    device: str = "cpu",
    *,
    params: Mapping[str, Any] = _NOTHING,
    allow_local_code: bool = False,
) -> Gan:
    """The networks of a run as its last checkpoint has them.

    params: what its samples shall depend on, such as `{"psi": 1}`; nothing that was trained.

    Raises `CannotStart` where the folder has no checkpoint, or `params` would change its networks;
    `RunError` where it is damaged.
    """
    from ganforge.runs.loading import load_run

    with _local_code(allow_local_code):
        return _gan(load_run(Path(run), device, as_overrides(params)))


def _local_code(allowed: bool) -> AbstractContextManager[Selection]:
    """Within it, the code that a spec names itself may run if the caller allows it."""
    return chosen(local=True) if allowed else nullcontext(selection())


def _gan(loaded: Loaded) -> Gan:
    state = loaded.state
    for name, network in loaded.graph.networks.items():
        for module in (state.networks[name], state.averages.get(name)):
            _accept_one_hot(module, network)
    program = loaded.program
    return Gan(
        MappingProxyType(state.networks),
        MappingProxyType(state.averages),
        program.spec_hash,
        program.text,
        loaded,
    )


def _accept_one_hot(module: nn.Module | None, network: Network) -> None:
    shapes = enumerate(network.shapes)
    classes = [k for k, s in shapes if isinstance(s, TensorShape) and s.classes is not None]
    if module is not None and classes:
        module.register_forward_pre_hook(partial(_class_indices, classes))


def _class_indices(
    places: list[int], module: nn.Module, inputs: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, ...]:
    """One-hot floats (B, K) at these places become indices (B)."""
    return tuple(
        tensor.argmax(1) if k in places and tensor.is_floating_point() else tensor
        for k, tensor in enumerate(inputs)
    )
