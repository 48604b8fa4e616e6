"""Schedules of live numbers: most go from `a` to `b` while `t` goes from 0 to 1, held outside."""

from __future__ import annotations

import math


def linear(a: float, b: float, t: float) -> float:
    """On a straight line."""
    return a + (b - a) * min(max(t, 0.0), 1.0)


def cosine(a: float, b: float, t: float) -> float:
    """On half a cosine wave: slow at both ends (Loshchilov and Hutter, 2017, equation 5)."""
    return b + (a - b) * (1 + math.cos(math.pi * min(max(t, 0.0), 1.0))) / 2


def exponential(a: float, b: float, t: float) -> float:
    """By a constant factor per unit of `t`; both ends have the same sign and are not 0."""
    return a * math.pow(b / a, min(max(t, 0.0), 1.0))


def staircase(a: float, factor: float, t: float) -> float:
    """`a`, multiplied by `factor` at every whole `t`: at 1, at 2, and so on."""
    return a * math.pow(factor, math.floor(max(t, 0.0)))
