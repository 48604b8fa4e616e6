"""Networks built from specs return what reference networks return for the same filling."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganforge

NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
CASES = [
    ("dcgan", "G", "a/dcgan_G"),
    ("dcgan", "D", "a/dcgan_D"),
    ("gan", "G", "a/gan_goodfellow_mnist_G"),
    ("gan", "D", "a/gan_goodfellow_mnist_D"),
    ("acgan-cifar", "G", "a/acgan_cifar_G"),
    ("acgan-cifar", "D", "a/acgan_cifar_D"),
    ("cyclegan", "D_b", "a/cyclegan_patch70_D"),
    ("bigan", "G", "a/bigan_official_mnist_G"),
    ("bigan", "E", "a/bigan_official_mnist_E"),
    ("bigan", "D", "a/bigan_official_mnist_D"),
    ("lapgan", "G16", "a/lapgan_eyescream_cc16_G"),
    ("lapgan", "D16", "a/lapgan_eyescream_cc16_D"),
    ("srgan", "D", "a/srgan_vgg_D96"),
    ("began", "G", "a/began_64_n64_G"),
    ("began", "D", "a/began_64_n64_D"),
    ("stackgan", "D1", "a/stackgan_birds_stage1_D"),
]
AS_REFERENCE = {
    "began": {"n": 64, "code": 64, "last": "elu"},
    "stackgan": {"gf": 128, "df": 64, "residuals": 4},
}
"""The params at which a spec has the reference's networks."""


def fill(network: nn.Module, inputs: list[Tensor]) -> None:
    """Parameters in order of execution: N(0, 0.05), plus 1 for the weights of norms."""
    leaves: list[nn.Module] = []

    def note(module: nn.Module, *_: object) -> None:
        if module not in leaves:
            leaves.append(module)

    plain = [m for m in network.modules() if not list(m.children())]
    handles = [module.register_forward_hook(note) for module in plain]
    with torch.no_grad():
        network.eval()(*inputs)
    for handle in handles:
        handle.remove()
    k = 0
    for leaf in leaves:
        for name, parameter in leaf.named_parameters(recurse=False):
            generator = torch.Generator().manual_seed(1000 + k)
            value = 0.05 * torch.randn(tuple(parameter.shape), generator=generator)
            parameter.data.copy_(
                value + 1 if isinstance(leaf, NORMS) and name == "weight" else value
            )
            k += 1


def drawn(facts: dict[str, Any], network: nn.Module) -> list[Tensor]:
    generator = torch.Generator().manual_seed(7)
    drawn = [i for i in facts["inputs"] if i["kind"] == "randn"]  # classes are 0 and 1
    return [torch.randn(i["shape"], generator=generator) for i in drawn]


def shaped(spec: str, name: str, inputs: list[Tensor]) -> list[Tensor]:
    """The same numbers in the shape that the spec's network takes."""
    if (spec, name) == ("dcgan", "G"):
        return [x.reshape(-1, 100) for x in inputs]
    if spec == "lapgan":  # the critic takes an image, the reference its difference and the rest
        first, low = inputs
        classes = torch.arange(2)
        return [first, classes, low] if name == "G16" else [first + low, classes]
    return [x.reshape(-1, 1, 28, 28) if x[0].numel() == 784 else x for x in inputs]


def as_reference(output: Any, spec: str, name: str) -> list[Tensor]:
    """Probabilities, where the specs' critics give logits and the reference's does not."""
    if isinstance(output, dict):
        return [torch.sigmoid(output["score"]), output["label"].softmax(1)]
    if output.dim() == 4 and output.shape[1] == 3:
        return [output]  # the image that an autoencoder gives back
    critic = name in ("D", "D1", "D16") and spec != "srgan"
    return [torch.sigmoid(output) if critic else output]


@pytest.mark.parametrize(("spec", "name", "file"), CASES)
def test_parameter_count_is_the_published_one(spec: str, name: str, facts: dict[str, Any]) -> None:
    network = ganforge.build(spec, params=AS_REFERENCE.get(spec, {})).networks[name]
    assert sum(p.numel() for p in network.parameters()) == facts["params_total"]


@pytest.mark.parametrize(("spec", "name", "file"), CASES)
@pytest.mark.parametrize("mode", ["eval", "train"])
def test_output_equals_the_reference(
    spec: str, name: str, facts: dict[str, Any], mode: str
) -> None:
    network = ganforge.build(spec, params=AS_REFERENCE.get(spec, {})).networks[name]
    if (spec, name) == ("acgan-cifar", "G"):  # the reference's inputs are no class and latent
        network = network.get_submodule("layers")
    inputs = shaped(spec, name, drawn(facts, network))
    fill(network, inputs)
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        output = network.train(mode == "train")(*inputs)
    fixture = facts["fixture"][mode] or facts["fixture"]["train_dropout_p0"]
    for value, expected in zip(as_reference(output, spec, name), fixture["outputs"], strict=True):
        first = value.reshape(-1)[:64]
        torch.testing.assert_close(first, torch.tensor(expected["first64"]), rtol=1e-4, atol=1e-5)


class StageOne(nn.Module):
    """Conditioning augmentation and generator as one network, with noise of the same number."""

    def __init__(self, networks: Any, epsilon: float) -> None:
        super().__init__()
        self.augmentation, self.generator = networks["CA1"], networks["G1"]
        self.epsilon = epsilon

    def forward(self, text: Tensor, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        about = self.augmentation(text)
        mean, log_variance = about["mean"], about["log_variance"]
        c = mean + self.epsilon * (0.5 * log_variance).exp()
        return self.generator(z, c), mean, log_variance


@pytest.mark.parametrize("file", ["a/stackgan_birds_stage1_G"])
@pytest.mark.parametrize(("mode", "epsilon"), [("eval", 0.0), ("train", 0.0), ("eval_eps1", 1.0)])
def test_the_generator_of_stackgans_first_stage_equals_the_reference(
    facts: dict[str, Any], mode: str, epsilon: float
) -> None:
    networks = ganforge.build("stackgan", params=AS_REFERENCE["stackgan"]).networks
    stage = StageOne(networks, epsilon)
    assert sum(p.numel() for p in stage.parameters()) == facts["params_total"]
    inputs = drawn(facts, stage)
    fill(stage, inputs)
    with torch.no_grad():
        outputs = stage.train(mode == "train")(*inputs)
    for value, expected in zip(outputs, facts["fixture"][mode]["outputs"], strict=True):
        first = value.reshape(-1)[:64]
        torch.testing.assert_close(first, torch.tensor(expected["first64"]), rtol=1e-3, atol=3e-4)
