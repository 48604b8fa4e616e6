"""What a critic is shown again."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class History(nn.Module):
    """The samples that a critic was given before; once it is full, half of those given are old.

    Samples come as if one by one: the first `size` are stored and given back. Then, with
    probability 1/2 each, an old one is given back and the new one takes its place. Shrivastava et
    al. 2017, https://arxiv.org/abs/1612.07828, section 2.3, as in Zhu et al. 2017,
    https://arxiv.org/abs/1703.10593, section 4.
    """

    count: Tensor

    def __init__(self, size: int, *examples: Tensor) -> None:
        """examples: one sample of each tensor that is stored."""
        super().__init__()
        self.size = size
        self.register_buffer("count", torch.tensor(0))
        for k, example in enumerate(examples):
            self.register_buffer(f"stored_{k}", torch.stack([example] * size))

    @torch.no_grad()
    def forward(self, chance: Tensor, *new: Tensor) -> list[Tensor]:
        """New samples (B, ...) and numbers (B, 2) in 0..1 in; as many samples out."""
        number = torch.arange(1, len(chance) + 1, device=chance.device)
        place = self.count + number - 1
        full = place >= self.size
        slot = torch.where(full, (chance[:, 0] * self.size).long(), place)
        enters = ~full | (chance[:, 1] < 0.5)
        # Row by row: the numbers of the samples that enter the slot of this one.
        entered = (slot[:, None] == slot) * enters * number
        before, last = entered.tril(-1).amax(1), entered.amax(1)
        given = []
        for k, fresh in enumerate(new):
            stored = self.get_buffer(f"stored_{k}")
            old = stored[slot]
            given.append(_where(full & enters, _where(before > 0, fresh[before - 1], old), fresh))
            stored[slot] = _where(last > 0, fresh[last - 1], old)
        self.count.add_(len(chance)).clamp_(max=self.size)
        return given


def _where(condition: Tensor, chosen: Tensor, other: Tensor) -> Tensor:
    """Per sample (B, ...), one or the other."""
    return torch.where(condition.view(-1, *[1] * (other.dim() - 1)), chosen, other)
