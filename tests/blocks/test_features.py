"""Features by networks that others have trained."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ganforge.runtime.errors import RunError
from ganforge_blocks.modules.inception import InceptionFeatures
from ganforge_blocks.modules.vgg import DEVIATION, MEAN, VggFeatures, convolutions

VGG19 = (2, 2, 4, 4, 4)
TO_CONV2_2 = (2, 2)


def plain_vgg() -> nn.Sequential:
    """The layers of VGG up to conv2_2 as torchvision numbers them."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs, outputs in ((3, 64), (64, 64), (64, 128), (128, 128)):
        layers += [nn.MaxPool2d(2)] if (inputs, outputs) == (64, 128) else []
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def weights() -> dict[str, Tensor]:
    """A file of VGG holds more than what is asked for."""
    own = {f"features.{name}": value for name, value in plain_vgg().state_dict().items()}
    return {**own, "classifier.0.weight": torch.zeros(4, 4)}


def images(count: int = 2) -> Tensor:
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_vgg19_has_the_names_and_the_number_of_weights_that_torchvision_has() -> None:
    shapes = convolutions(VGG19)
    assert list(shapes)[-2:] == ["features.34.weight", "features.34.bias"]
    assert sum(torch.Size(shape).numel() for shape in shapes.values()) == 20_024_384


def test_features_are_those_of_the_weights_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "vgg.safetensors"
    save_file(weights(), file)
    x = images()
    mean, deviation = (torch.tensor(v).view(3, 1, 1) for v in (MEAN, DEVIATION))
    expected = plain_vgg()(((x + 1) / 2 - mean) / deviation)
    before, behind = (VggFeatures(TO_CONV2_2, relu=relu, file=str(file)) for relu in (False, True))
    torch.testing.assert_close(before(x), expected)
    torch.testing.assert_close(behind(x), expected.relu())
    assert expected.min() < 0


def test_images_in_another_range_are_brought_to_the_same() -> None:
    module, other = (VggFeatures((1,), low=low) for low in (-1.0, 0.0))
    with pytest.warns(UserWarning, match="random weights"):
        torch.testing.assert_close(other((images() + 1) / 2), module(images()))


def test_random_features_are_the_same_every_time_and_keep_the_size_of_values() -> None:
    torch.manual_seed(3)
    stream = torch.get_rng_state()
    with pytest.warns(UserWarning, match="random weights"):
        one, other = (VggFeatures(TO_CONV2_2)(images()) for _ in range(2))
    assert one.equal(other) and stream.equal(torch.get_rng_state())
    assert 0.2 < one.square().mean() < 5


def test_weights_are_neither_learned_nor_kept_in_checkpoints(tmp_path: Path) -> None:
    save_file(weights(), tmp_path / "vgg.safetensors")
    module = VggFeatures(TO_CONV2_2, file=str(tmp_path / "vgg.safetensors"))
    x = images().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module.prepare()
    module(x).sum().backward()
    assert x.grad is not None and x.grad.abs().sum() > 0
    assert not module.state_dict() and not list(module.parameters())


def broken(change: Callable[[dict[str, Tensor]], object]) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        tensors = weights()
        change(tensors)
        save_file(tensors, file)

    return write


NAME = "features.2.weight"
FILES = {
    "no.safetensors": (lambda file: None, "there is no file of weights"),
    "lacks.safetensors": (broken(lambda t: t.pop(NAME)), f"has no tensor `{NAME}`"),
    "other.safetensors": (
        broken(lambda t: t.update({NAME: torch.zeros(64, 64, 5, 5)})),
        f"`{NAME}` is 64 x 64 x 5 x 5 in .*, and must be 64 x 64 x 3 x 3",
    ),
    "torn.safetensors": (lambda file: file.write_bytes(b"torn"), "cannot be read as weights"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_does_not_serve_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    write, said = FILES[name]
    write(tmp_path / name)
    with pytest.raises(RunError, match=said) as caught:
        VggFeatures(TO_CONV2_2, file=str(tmp_path / name)).prepare()
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


ORDER = {
    "Mixed_5b": {"branch1x1": 64, "branch5x5_2": 64, "branch3x3dbl_3": 96, "branch_pool": 32},
    "Mixed_6a": {"branch3x3": 384, "branch3x3dbl_3": 96, "": 288},
    "Mixed_6b": {"branch1x1": 192, "branch7x7_3": 192, "branch7x7dbl_5": 192, "branch_pool": 192},
    "Mixed_7a": {"branch3x3_2": 320, "branch7x7x3_4": 192, "": 768},
    "Mixed_7b": {
        **{"branch1x1": 320, "branch3x3_2a": 384, "branch3x3_2b": 384},
        **{"branch3x3dbl_3a": 384, "branch3x3dbl_3b": 384, "branch_pool": 192},
    },
}
"""Which convolutions give the channels of a block, in torchvision's order; "": the image itself."""


def numbered(layer: str) -> InceptionFeatures:
    """Filters of zeros, so that each convolution gives the shift of its norm: of those that end a
    branch of the layer, its place among them.
    """
    module = InceptionFeatures(layer)
    module.weights = {name: torch.zeros(shape) for name, shape in module.shapes.items()}
    for place, branch in enumerate(ORDER[layer]):
        if branch:
            module.weights[f"{layer}.{branch}.bn.bias"] += place + 1
    return module


@pytest.mark.parametrize("layer", ORDER)
def test_branches_of_inception_are_joined_in_the_order_of_torchvision(layer: str) -> None:
    values = numbered(layer)(torch.zeros(1, 3, 75, 75))[0, :, 0, 0].tolist()
    expected = [(k + 1) * bool(name) for k, name in enumerate(ORDER[layer])]
    counts = ORDER[layer].values()
    assert values == [value for value, n in zip(expected, counts, strict=True) for _ in range(n)]


def test_inception_has_the_published_number_of_weights() -> None:
    shapes = InceptionFeatures("pool").shapes
    learned = [torch.Size(s).numel() for name, s in shapes.items() if "running" not in name]
    assert sum(learned) == 21_785_568
    assert shapes["Mixed_6b.branch7x7dbl_2.conv.weight"] == (128, 128, 7, 1)
    assert shapes["Mixed_7c.branch3x3_2a.conv.weight"] == (384, 384, 1, 3)


def test_the_first_layer_of_inception_is_that_of_the_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    layers = nn.ModuleDict({"conv": nn.Conv2d(3, 32, 3, 2, bias=False)})
    layers["bn"] = nn.BatchNorm2d(32, eps=1e-3)
    for value in (*layers["bn"].parameters(), *layers["bn"].buffers()):
        value.data = value.data + torch.rand(value.shape)
    named = {f"Conv2d_1a_3x3.{name}": value for name, value in layers.state_dict().items()}
    save_file({**named, "fc.bias": torch.zeros(4)}, tmp_path / "inception.safetensors")
    module = InceptionFeatures("Conv2d_1a_3x3", file=str(tmp_path / "inception.safetensors"))
    expected = layers["bn"].eval()(layers["conv"](images())).relu()
    torch.testing.assert_close(module(images()), expected)


def test_grey_images_are_seen_as_colour() -> None:
    grey = images()[:, :1]
    with pytest.warns(UserWarning, match="an Inception v3 with random weights"):
        module = InceptionFeatures("Conv2d_2b_3x3")
        assert module(grey).equal(module(grey.expand(-1, 3, -1, -1)))
