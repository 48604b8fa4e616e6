"""What blocks of generators that are driven by styles compute."""

from __future__ import annotations

import pytest
import torch

from ganforge.plugins import ShapeError, Tensor, TensorList
from ganforge_blocks.modules.noise import Noise
from ganforge_blocks.modules.styles import AdaIN, Truncation, copy_styles, mix_styles

VECTOR, IMAGE = Tensor((5,)), Tensor((3, 4, 4))


def test_noise_adds_one_map_for_all_channels_and_none_at_first() -> None:
    x = torch.zeros(2, 3, 4, 4)
    assert torch.equal(Noise(torch.zeros(3))(x), x)
    noisy = Noise(torch.tensor([1.0, 2.0, -1.0])).eval()(x)  # in sampling too
    assert torch.equal(noisy[:, 1], 2 * noisy[:, 0]) and torch.equal(noisy[:, 2], -noisy[:, 0])
    assert not torch.equal(noisy[0], noisy[1])


def test_noise_per_layer_learns_one_number(blocks, read, execute) -> None:
    params = read(blocks["noise"], per="layer", init="ones")
    noise = execute(blocks["noise"].module(params, IMAGE))
    assert noise.weight.shape == (1,)
    noisy = noise(torch.zeros(2, 3, 4, 4))
    assert torch.equal(noisy[:, 0], noisy[:, 2])


def test_adain_gives_each_channel_the_styles_deviation_and_mean() -> None:
    adain, x = AdaIN(3, 5), 4 * torch.randn(2, 3, 8, 8) + 1
    with torch.no_grad():
        adain.style.weight.zero_()
        adain.style.bias.copy_(torch.tensor([0.0, 1.0, 2.0, 5.0, 6.0, 7.0]))
    styled = adain(x, torch.randn(2, 5))
    deviation = styled.std((2, 3), correction=0)
    torch.testing.assert_close(deviation, torch.tensor([[1.0, 2.0, 3.0]] * 2))
    torch.testing.assert_close(styled.mean((2, 3)), torch.tensor([[5.0, 6.0, 7.0]] * 2))


def test_truncation_follows_the_mean_in_training_and_changes_nothing() -> None:
    truncation, w = Truncation(2, psi=0.5, decay=0.9), torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    assert truncation(w) is w
    torch.testing.assert_close(truncation.mean, torch.tensor([0.2, 0.4]))
    torch.testing.assert_close(truncation.state_dict()["mean"], torch.tensor([0.2, 0.4]))


def test_truncation_draws_the_first_styles_to_the_mean_outside_of_training() -> None:
    truncation = Truncation(2, psi=0.5, first=2).eval()
    truncation.mean.copy_(torch.tensor([2.0, 0.0]))
    w = torch.tensor([[4.0, 2.0]])
    styles = truncation([w, w, w])
    assert [style.tolist() for style in styles] == [[[3.0, 1.0]], [[3.0, 1.0]], [[4.0, 2.0]]]
    assert truncation.mean.tolist() == [2.0, 0.0]
    assert len(truncation([w])) == 1


def test_the_mean_of_a_list_is_that_of_its_first_style() -> None:
    truncation = Truncation(1, psi=1, decay=0.0)
    truncation([torch.tensor([[3.0]]), torch.tensor([[100.0]])])
    assert truncation.mean.tolist() == [3.0]


def test_styles_are_mixed_from_a_layer_on_that_is_each_samples_own() -> None:
    a, b = [torch.zeros(4, 1)] * 5, [torch.ones(4, 1)] * 5
    mix = torch.tensor([[0.95, 0.0], [0.5, 0.0], [0.5, 0.999], [0.89, 0.5]])
    mixed = torch.cat(mix_styles(a, b, mix, 0.9), 1)
    assert mixed.tolist() == [
        [0, 0, 0, 0, 0],  # one in ten stays as it is
        [0, 1, 1, 1, 1],  # the first style is never mixed, the last always
        [0, 0, 0, 0, 1],
        [0, 0, 0, 1, 1],
    ]


def test_chosen_styles_are_copied() -> None:
    a, b = [torch.zeros(1, 1)] * 4, [torch.ones(1, 1)] * 4

    def copied(**own: int) -> list[float]:
        return torch.cat(copy_styles(a, b, **own), 1)[0].tolist()

    assert copied(end=2) == [1, 1, 0, 0]
    assert copied(start=1, end=3) == [0, 1, 1, 0]
    assert copied(start=3) == [0, 0, 0, 1]
    assert copied() == [1, 1, 1, 1]
    assert copied(start=4, end=8) == [0, 0, 0, 0]  # a network that grows has few at first


def test_every_cut_is_equally_frequent() -> None:
    a, b = [torch.zeros(3000, 1)] * 4, [torch.ones(3000, 1)] * 4
    mix = torch.rand(3000, 2, generator=torch.Generator().manual_seed(0))
    counts = torch.cat(mix_styles(a, b, mix, 0.75), 1).sum(1).long().bincount()
    assert counts.tolist() == pytest.approx([750, 750, 750, 750], rel=0.1)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (VECTOR, VECTOR, "`mix_styles` takes lists of styles, one for each layer, and is given 5"),
        (
            TensorList((VECTOR,)),
            TensorList((VECTOR,)),
            "a list of one style has no place where another could begin",
        ),
        (
            TensorList((VECTOR,) * 3),
            TensorList((VECTOR,) * 2),
            "`mix_styles` takes two lists alike, and is given [5, 5, 5] and [5, 5]",
        ),
        (
            TensorList((VECTOR, Tensor((6,)))),
            TensorList((VECTOR, Tensor((6,)))),
            "`mix_styles` takes styles of one size, and is given [5, 6]",
        ),
    ],
)
def test_what_cannot_be_mixed_is_refused(blocks, read, a, b, message) -> None:
    block = blocks["mix-styles"]
    with pytest.raises(ShapeError) as caught:
        block.infer(read(block, probability=0.9), a, b, Tensor((2,)))
    assert (caught.value.code, caught.value.message) == ("GF303", message)
    assert caught.value.help


def test_first_counts_the_styles_of_a_list(blocks, read) -> None:
    block = blocks["truncation"]
    with pytest.raises(ShapeError, match="`first` counts the styles of a list"):
        block.infer(read(block, psi=0.7, first=8), VECTOR)
    with pytest.raises(ShapeError, match="takes a style, which is a vector"):
        block.infer(read(block, psi=0.7), IMAGE)
