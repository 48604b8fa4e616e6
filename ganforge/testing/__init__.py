"""The tests that every plugin should pass, in one line of pytest. Needs torch and hypothesis.

from ganforge.testing import conformance

test_conformance = conformance("my-distribution")

`script_trains_alike` trains a spec, emits it, and compares the script with the training.
"""

from __future__ import annotations

from ganforge.testing.kit import conformance
from ganforge.testing.scripts import script_trains_alike

__all__ = ["conformance", "script_trains_alike"]
