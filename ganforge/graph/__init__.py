"""From a Spec to a Graph: fields, latents, layers, calls and losses, with a shape on every edge."""

from ganforge.graph.graph import Graph
from ganforge.graph.staging import build_graph

__all__ = ["Graph", "build_graph"]
