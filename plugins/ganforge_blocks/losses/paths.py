"""How evenly a generator moves images as styles move."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class PathLength(nn.Module):
    """The mean over samples of (|J^T y| - a)^2, with the moving average a of |J^T y|.

    J is the derivative of an image by its styles, y a random direction, over the root of the number
    of pixels. Of several styles the squared lengths are averaged. Karras et al. 2019,
    https://arxiv.org/abs/1912.04958, equation 4; the average starts at 0, as in their code.
    """

    mean: Tensor

    def __init__(self, decay: float = 0.01) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.tensor(0.0))

    def forward(self, images: Tensor, styles: Tensor | Sequence[Tensor], y: Tensor) -> Tensor:
        """Images (B, C, H, W), styles (B, N), one or several, and normal y like the images."""
        pixels = images.shape[2:].numel()
        along = (images * y).sum() / pixels**0.5
        gradients = torch.autograd.grad(along, styles, create_graph=True, materialize_grads=True)
        squares = torch.stack([gradient.square().flatten(1).sum(1) for gradient in gradients])
        # A root at 0 has no finite slope, and a generator that is flat there would get NaN.
        lengths = (squares.mean(0) + 1e-12).sqrt()
        with torch.no_grad():
            self.mean.lerp_(lengths.mean(), self.decay)
        return (lengths - self.mean).square().mean()
