"""The random numbers that everybody shares: whoever draws from them unasked changes training."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from ganforge.testing.unmet import Unmet


def seed_all(seed: int) -> None:
    """Seeds every shared stream."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def _states() -> dict[str, object]:
    kind, keys, *rest = np.random.get_state()
    return {
        "Python": random.getstate(),
        "NumPy": (kind, bytes(keys), *rest),  # type: ignore[arg-type]
        "torch": bytes(torch.get_rng_state().tolist()),
    }


@contextmanager
def undisturbed(case: object, remedy: str) -> Iterator[None]:
    """Around what must not draw from a shared stream; restores them all."""
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    states = _states()
    try:
        yield
        after = _states()
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_rng_state(before[2])
    for name, state in states.items():
        if after[name] != state:
            raise Unmet(f"it draws from the random numbers of {name} that all share", case, remedy)
