"""What stops a run: errors whose message is meant for the user."""

from __future__ import annotations


class RunError(Exception):
    """What stops a run: one sentence and a remedy, told without a traceback."""


class NonFinite(RunError):
    """A loss or a weight became infinite or NaN, or a live number has no value."""
