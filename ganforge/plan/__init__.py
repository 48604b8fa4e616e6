"""From a Graph to a Plan: what is computed, in which order, with or without gradient."""

from ganforge.plan.build import build_plan
from ganforge.plan.plan import Plan, Step

__all__ = ["Plan", "Step", "build_plan"]
