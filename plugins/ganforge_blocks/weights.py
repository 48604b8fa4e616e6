"""How weights are parametrised. Each function acts on a module and all inside it, and returns the
module; what is learned is then `parametrizations.weight.original`.
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import register_parametrization


def spectral(module: nn.Module, iterations: int = 1, eps: float = 1e-12) -> nn.Module:
    """Divide all weights by their largest singular value, estimated as training goes.

    `iterations` of the power method in every forward pass of training; convolutions count as
    matrices of output channels. Miyato et al. 2018, https://arxiv.org/abs/1802.05957, algorithm 1.
    """
    for layer in list(module.modules()):
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding):
            spectral_norm(layer, n_power_iterations=iterations, eps=eps)
    return module


def equalized(module: nn.Module, gain: float = 1.0, lr: float = 1.0) -> nn.Module:
    """Weights N(0, 1) / lr, times gain * lr / sqrt(fan_in) when used; biases 0, times lr when used.

    An embedding counts as the linear layer of one-hot classes that it is. Karras et al. 2017,
    https://arxiv.org/abs/1710.10196, section 4.1.
    """
    for layer in list(module.modules()):
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding):
            inputs_first = isinstance(layer, nn.ConvTranspose2d | nn.Embedding)
            fan_in = len(layer.weight) if inputs_first else layer.weight[0].numel()
            nn.init.normal_(layer.weight, std=1 / lr)
            # A factor keeps shapes, and to try it would take as much memory again.
            factor = Factor(gain * lr / math.sqrt(fan_in))
            register_parametrization(layer, "weight", factor, unsafe=True)
            bias = getattr(layer, "bias", None)
            if bias is not None:
                nn.init.zeros_(bias)
            if bias is not None and lr != 1:
                register_parametrization(layer, "bias", Factor(lr), unsafe=True)
    return module


class Factor(nn.Module):
    """A constant factor on a weight or a bias."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, weight: Tensor) -> Tensor:
        return self.factor * weight
