"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run, so that a failure is that of a change; `make fuzz` draws new ones.
settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")
