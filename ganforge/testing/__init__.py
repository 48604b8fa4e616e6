"""The tests that every plugin should pass, in one line of pytest. Needs torch and hypothesis.

from ganforge.testing import conformance

test_conformance = conformance("my-distribution")
"""

from __future__ import annotations

from ganforge.testing.kit import conformance

__all__ = ["conformance"]
