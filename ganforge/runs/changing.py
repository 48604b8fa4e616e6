"""A run's spec with settings changed that nothing but samples depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ganforge.codegen.program import spec_hash
from ganforge.diagnostics.diagnostic import Severity
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.nodes import Apply, Composite, Layer, Operation
from ganforge.locate import compile_located, compile_sound
from ganforge.pipeline import Compilation


def compile_changed(folder: Path, overrides: Sequence[str]) -> tuple[Compilation, str]:
    """The spec of a run, and the hash that its checkpoints have.

    overrides: as `--set` takes them. Raises `CannotStart` where one is wrong, or changes the
    networks that were trained.
    """
    trained = compile_sound(folder)
    assert trained.graph is not None
    spec = spec_hash(trained.graph)
    if not overrides:
        return trained, spec
    changed = compile_located(folder, overrides)
    for diagnostic in changed.report.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            raise CannotStart(": ".join(filter(None, (diagnostic.message, diagnostic.help))))
    assert changed.graph is not None and changed.plan is not None
    for name, network in trained.graph.networks.items():
        other = changed.graph.networks.get(name)
        if other is None or list(_made(network.body.operations())) != list(
            _made(other.body.operations())
        ):
            raise CannotStart(_refused(name, trained.graph))
    return changed, spec


def _made(operations: Iterator[Operation]) -> Iterator[tuple[object, ...]]:
    """What a network is made of, but for the numbers that its blocks use in samples alone."""
    for operation in operations:
        if isinstance(operation, Layer | Apply):
            block, params = operation.block, operation.params
            values = {n: getattr(params, n) for n in type(params).model_fields}
            kept = {n: repr(v) for n, v in values.items() if n not in block.sampling}
            weights = operation.parametrizer if isinstance(operation, Layer) else None
            yield block.name, kept, repr(weights and (weights.parametrization.name, weights.params))
        else:
            yield (
                type(operation).__name__,
                operation.name if isinstance(operation, Composite) else repr(operation),
            )


def _refused(network: str, graph: Graph) -> str:
    """That a change is one of the networks, and what may be changed."""
    layers = (op for n in graph.networks.values() for op in n.body.operations())
    blocks = {op.block.name: op.block for op in layers if isinstance(op, Layer)}
    own = [
        f"{' and '.join(f'`{key}`' for key in block.sampling)} of `{name}`"
        for name, block in sorted(blocks.items())
        if block.sampling
    ]
    can = ", ".join(["values of `[sample]`", *own])
    return f"`{network}` would be another network than was trained: `--set` may change {can} here"
