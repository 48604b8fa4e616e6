"""Convolutions whose weights each sample's style scales."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ganforge_blocks.modules.resampling import fir_kernel


class ModulatedConv(nn.Module):
    """Images (B, C, H, W), each convolved with weights that its style (B, S) makes.

    These are s_i w_oik with s = 1 + A style, divided by their norm for each output o if
    `demodulate`. Karras et al. 2019, https://arxiv.org/abs/1912.04958, equations 1 and 3. A
    convolution with the common weights gives the same between a scale per input and one per output.
    """

    def __init__(
        self, channels: int, style: int, out: int, kernel: int = 3, demodulate: bool = True
    ) -> None:
        super().__init__()
        self.demodulate = demodulate
        self.affine = nn.Linear(style, channels)
        self.conv = nn.Conv2d(channels, out, kernel_size=kernel, bias=False)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, weight = 1 + self.affine(style), self.conv.weight
        h = self.convolve(x * scale[:, :, None, None], weight)
        if self.demodulate:
            squares = scale.square() @ weight.square().sum((2, 3)).T  # (B, out)
            h = h * (squares + 1e-8).rsqrt()[:, :, None, None]
        return h

    def convolve(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.conv2d(x, weight, padding=weight.shape[2] // 2)


class ModulatedUpConv(ModulatedConv):
    """The same with zeros between the pixels, and the filter [1, 3, 3, 1] after it.

    (B, C, H, W) -> (B, out, 2H, 2W), as in appendix B of the paper.
    """

    filter: Tensor

    def __init__(
        self, channels: int, style: int, out: int, kernel: int = 3, demodulate: bool = True
    ) -> None:
        super().__init__(channels, style, out, kernel, demodulate)
        self.register_buffer("filter", 4 * fir_kernel(), persistent=False)

    def convolve(self, x: Tensor, weight: Tensor) -> Tensor:
        missing = 2 - weight.shape[2] // 2  # rows that the filter takes beyond those there are
        h = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2, padding=max(0, -missing))
        kernel = self.filter.expand(h.shape[1], -1, -1, -1)
        return F.conv2d(h, kernel, padding=max(0, missing), groups=h.shape[1])
