"""Images of another size by filters that PyTorch has no layer for."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def fir_kernel() -> Tensor:
    """[1, 3, 3, 1] in both directions (1, 1, 4, 4), with the sum 1."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    return taps.outer(taps)[None, None]


def fir_upsample(x: Tensor, kernel: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2H, 2W): zeros between and around the pixels, then the filter.

    Karras et al. 2019, https://arxiv.org/abs/1912.04958, appendix B: bilinear, and the mean stays.
    """
    channels = x.shape[1]
    weight = 4 * kernel.to(x).expand(channels, -1, -1, -1)
    return F.conv_transpose2d(x, weight, stride=2, padding=1, groups=channels)


def fir_downsample(x: Tensor, kernel: Tensor) -> Tensor:
    """(B, C, 2H, 2W) -> (B, C, H, W): zeros around the pixels, the filter, every second pixel."""
    channels = x.shape[1]
    weight = kernel.to(x).expand(channels, -1, -1, -1)
    return F.conv2d(x, weight, stride=2, padding=1, groups=channels)


class FirUpsample(nn.Module):
    """(B, C, H, W) -> (B, C, 2H, 2W) by the filter [1, 3, 3, 1]."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", fir_kernel(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return fir_upsample(x, self.kernel)


class FirDownsample(nn.Module):
    """(B, C, 2H, 2W) -> (B, C, H, W) by the filter [1, 3, 3, 1]."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", fir_kernel(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return fir_downsample(x, self.kernel)


def resized(x: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    """(B, C, H, W) -> (B, C, *size), interpolated without aliasing. Where images grow, this alone
    gives `bicubic` the kernel that it has where they shrink: a = -0.5 (Keys 1981,
    https://doi.org/10.1109/TASSP.1981.1163711, equation 4), as in MATLAB and Pillow.

    PyTorch does that in float32 and wider types alone.
    """
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return F.interpolate(wide, size=size, mode=mode, antialias=True).to(x.dtype)


def shrunk(x: Tensor, scale: int, mode: str) -> Tensor:
    """(B, C, H, W) -> (B, C, H / scale, W / scale), interpolated without aliasing."""
    return resized(x, (x.shape[2] // scale, x.shape[3] // scale), mode)


def enlarged(x: Tensor, scale: int) -> Tensor:
    """(B, C, H, W) -> (B, C, scale H, scale W), bicubic."""
    return resized(x, (scale * x.shape[2], scale * x.shape[3]), "bicubic")


class Shrink(nn.Module):
    """(B, C, H, W) -> (B, C, H / scale, W / scale), interpolated without aliasing."""

    def __init__(self, scale: int, mode: str) -> None:
        super().__init__()
        self.scale, self.mode = scale, mode

    def forward(self, x: Tensor) -> Tensor:
        return shrunk(x, self.scale, self.mode)


class Enlarge(nn.Module):
    """(B, C, H, W) -> (B, C, scale H, scale W), bicubic."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return enlarged(x, self.scale)
