"""From a Spec to a Graph: fields, latents, layers, calls and losses, with a shape on every edge."""

from ganforge.graph.build import build_graph
from ganforge.graph.graph import Graph

__all__ = ["Graph", "build_graph"]
