"""The weights of networks as they are learned, before spectral norm and the like."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

Weighted = nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding


def learned_weights(parts: Iterable[nn.Module], left_out: Iterable[nn.Module] = ()) -> list[Tensor]:
    """The weights of convolutions, linear layers and embeddings inside of networks or layers.

    Each is (outputs, inputs, ...), of an embedding (classes, values).
    """
    skipped = {layer for part in left_out for layer in part.modules()}
    layers = dict.fromkeys(layer for part in parts for layer in part.modules())
    return [
        _learned(layer) for layer in layers if isinstance(layer, Weighted) and layer not in skipped
    ]


def _learned(layer: Weighted) -> Tensor:
    """What training moves: a parametrised weight itself is computed anew at every use."""
    own = dict(layer.named_parameters())
    original = own.get("parametrizations.weight.original")
    weight = layer.weight if original is None else original
    return weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else weight
