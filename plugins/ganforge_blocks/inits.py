"""How weights start. Each function acts on a module and all inside it, and returns the module.

Weights of convolutions, linear layers and embeddings are drawn, their biases start at 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn


def weights_of(module: nn.Module) -> Iterator[Tensor]:
    """The weights of the layers inside `module`, whose biases become 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding):
            bias = getattr(layer, "bias", None)
            if bias is not None:
                nn.init.zeros_(bias)
            yield layer.weight


def init_normal(module: nn.Module, std: float, norm_std: float | None = None) -> nn.Module:
    """Weights from N(0, std); with `norm_std` scales of norms from N(1, norm_std)."""
    norms = nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.LayerNorm, nn.GroupNorm
    for weight in weights_of(module):
        nn.init.normal_(weight, std=std)
    for layer in module.modules():
        if norm_std is not None and isinstance(layer, norms) and layer.weight is not None:
            nn.init.normal_(layer.weight, 1, norm_std)
            nn.init.zeros_(layer.bias)
    return module


def init_truncated_normal(module: nn.Module, std: float) -> nn.Module:
    """Weights from N(0, std), drawn again beyond two deviations."""
    for weight in weights_of(module):
        nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)
    return module


def init_uniform(module: nn.Module, bound: float) -> nn.Module:
    """Weights from U(-bound, bound)."""
    for weight in weights_of(module):
        nn.init.uniform_(weight, -bound, bound)
    return module


def init_xavier_uniform(module: nn.Module, gain: float = 1.0) -> nn.Module:
    """Weights from U(-a, a), a = gain sqrt(6 / (fan_in + fan_out)).

    Glorot and Bengio, 2010, eq. 16.
    """
    for weight in weights_of(module):
        nn.init.xavier_uniform_(weight, gain)
    return module


def init_he_normal(module: nn.Module, gain: float = 2**0.5) -> nn.Module:
    """Weights from N(0, gain / sqrt(fan_in)).

    He et al., 2015, https://arxiv.org/abs/1502.01852, eq. 10.
    """
    for weight in weights_of(module):
        nn.init.normal_(weight, std=gain * weight[0].numel() ** -0.5)
    return module


def init_orthogonal(module: nn.Module, gain: float = 1.0) -> nn.Module:
    """Orthogonal rows or columns times `gain` (Saxe et al., 2013, https://arxiv.org/abs/1312.6120)."""
    for weight in weights_of(module):
        nn.init.orthogonal_(weight, gain)
    return module


def init_zeros(module: nn.Module) -> nn.Module:
    """Weights 0."""
    for weight in weights_of(module):
        nn.init.zeros_(weight)
    return module


def init_ones(module: nn.Module) -> nn.Module:
    """Weights 1."""
    for weight in weights_of(module):
        nn.init.ones_(weight)
    return module
