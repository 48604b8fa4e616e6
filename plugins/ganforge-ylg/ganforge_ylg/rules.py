"""The rule that attention steps have full information."""

from __future__ import annotations

from collections.abc import Iterator

from ganforge.plugins import Check, Finding, GraphView, Rule, Severity, Tensor
from ganforge_ylg.plugin import AttentionParams

NO_FULL_INFORMATION = Rule(
    "YLG001",
    "no-full-information",
    Severity.WARNING,
    says="The steps of an attention do not let every cell reach every other.",
    why="Without full information some pairs of places never meet (arXiv:1911.12287, section 3).",
    bad='{ block = "ylg-attention", steps = ["repetitive", "floor"] }',
    good='{ block = "ylg-attention", steps = ["floor", "repetitive"] }',
    see=("https://arxiv.org/abs/1911.12287",),
)


def no_full_information(graph: GraphView) -> Iterator[Finding]:
    """A finding at each attention whose information-flow graph lacks a path."""
    from ganforge_ylg.information import full_information  # networkx is imported for it alone

    for network in graph.networks.values():
        for layer in network.blocks("ylg-attention"):
            params, image = layer.params, layer.inputs[0]
            assert isinstance(params, AttentionParams) and isinstance(image, Tensor)
            grid = image.height // 2, image.width // 2
            if not full_information(params.steps, params.direction, *grid):
                written = ", ".join(f'"{step}"' for step in params.steps)
                size = f"{grid[0]} x {grid[1]}"
                message = f"steps [{written}] do not let every cell of {size} reach all"
                help = 'write `steps = ["floor", "repetitive"]`'
                yield Finding((*layer.path, "steps"), message, help)


CHECKS = [Check(NO_FULL_INFORMATION, no_full_information)]
