"""What stops a run: errors whose message is meant for the user."""

from __future__ import annotations


class RunError(Exception):
    """One sentence and a remedy; a command prints it and no traceback."""


class DataError(RunError):
    """The data cannot be read, or is not what the spec declares."""


class CheckpointError(RunError):
    """There is no checkpoint to resume from, or it belongs to something else."""


class NonFinite(RunError):
    """A loss or a weight became infinite or NaN."""
