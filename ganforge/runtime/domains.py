"""Images of several domains, of which no two belong together."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ganforge.runtime.data import Data


class Domains(Data):
    """Data sets side by side, each in an order of its own; the largest makes an epoch."""

    def __init__(self, parts: list[Data]) -> None:
        super().__init__(max(part.count for part in parts), self.read_all)
        self.parts = parts
        kept = [part.held_out for part in parts if part.held_out]
        self.held_out = Domains(kept) if kept else None

    def read_all(self, index: list[int]) -> dict[str, Tensor]:
        """The samples of these numbers in each domain; smaller ones start over."""
        batch: dict[str, Tensor] = {}
        for part in self.parts:
            batch |= part.read([number % part.count for number in index])
        return batch

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples of each domain from the `start`-th on."""
        batch: dict[str, Tensor] = {}
        for domain, part in enumerate(self.parts):
            batch |= part.visit(start, count, seed, domain)
        return batch


def by_domain(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of each domain."""
    domains = dict.fromkeys(about["domain"] for about in fields.values())
    return [{n: a for n, a in fields.items() if a["domain"] == domain} for domain in domains]
