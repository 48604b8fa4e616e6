"""The shipped specs have as many weights as the published networks."""

from __future__ import annotations

import pytest
import torch

from ganforge.document import shipped_names
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge.runtime.growing import GrowingState

PUBLISHED = {
    "gan": {"G": 2_503_984, "D": 1_231_441},
    "dcgan": {"G": 3_576_704, "D": 2_765_568},
    "cgan": {"G": 2_413_984, "D": 1_224_351},
    "acgan": {"G": 11_465_728, "D": 2_525_563},
    "acgan-cifar": {"G": 1_593_888, "D": 1_663_867},
    # The paper's Q shares the critic's layers; these are its own.
    "infogan": {"G": 6_652_481, "D": 6_559_169, "Q": 6_691_406 - (6_559_169 - 1025)},
    "wgan": {"G": 3_576_704, "D": 2_765_568},
    "wgan-gp": {"G": 8_540_483, "D": 7_491_841},
    "lsgan": {"G": 15_591_427, "D": 4_333_441},
    "msg-gan": {"G": 23_079_115, "D": 18_756_321},
    "msg-progan": {"G": 23_079_115, "D": 18_756_321},
    "autogan": {"G": 4_405_251, "D": 1_053_824},
    "sngan": {"G": 4_276_739, "D": 1_053_824},
    # The port that is usually counted adds one bias to D.
    "sngan-projection": {"G": 4_304_387, "D": 1_055_105 - 1},
    "rgan-c": {"G": 4_304_387, "D": 1_055_105 - 1},
    "rgan-ac": {"G": 4_304_387, "D": 1_055_115},
    "bigan": {"G": 1_953_792, "E": 1_902_592, "D": 1_903_616},
    # The usual port has an embedding in G that nothing uses, and two heads in D.
    "sgan": {"G": 1_050_985 - 1000, "D": 103_756 - 513},
    "ebgan": {"G": 12_673_667, "D": 1_318_665},
    "began": {"G": 2_240_899, "D": 13_961_731},
    "sagan": {"G": 42_078_852, "D": 39_463_618},
    # The port counts the mapping network with G.
    "stylegan": {"M": 2_101_248, "G": 26_219_627 - 2_101_248, "D": 23_087_249},
    "progan": {"G": 23_079_115, "D": 23_087_249},
    # The networks at 8 x 8 have the paper's widths, 1200 and 600, of which no count is published.
    "lapgan": {
        "G8": 111 * 1200 + 1201 * 1200 + 1201 * 192,
        "D8": 203 * 600 + 601 * 600 + 601,
        "G16": 224_131,
        "D16": 112_769,
        "G32": 232_579,
        "D32": 129_409,
    },
    # Features are none of its weights; VGG19's own are counted in `tests/blocks/test_features.py`.
    "srgan": {"G": 1_547_350, "D": 23_563_649, "features": 0},
    # The usual port counts the embedding of the class with G.
    "biggan": {"embed": 128_000, "G": 70_433_988 - 128_000, "D": 87_982_370},
    "biggan-deep": {"embed": 128_000, "G": 50_244_484 - 128_000, "D": 34_590_210},
    "r3gan": {"G": 23_057_952, "D": 23_009_568, "A": 0},
    # The official code counts the mapping network with G.
    "stylegan2": {"M": 2_101_248, "G": 24_767_458 - 2_101_248, "D": 24_001_089},
    "stylegan2-1024": {"M": 2_101_248, "G": 30_370_060 - 2_101_248, "D": 29_012_513},
    "stylegan2-ada": {"M": 2_101_248, "G": 24_767_458 - 2_101_248, "D": 24_001_089, "A": 0},
    "cyclegan": {"G_ab": 11_378_179, "G_ba": 11_378_179, "D_a": 2_764_737, "D_b": 2_764_737},
    "pix2pix": {"G": 54_413_955, "D": 2_768_705},
    # The code counts CA with G: 20,020,832 in stage I, 37,130,480 in stage II.
    "stackgan": {
        "CA1": 262_400,
        "G1": 20_020_832 - 262_400,
        "D1": 12_407_425,
        "CA2": 262_400,
        "G2": 37_130_480 - 262_400,
        "D2": 159_889_538,
    },
    "stargan": {"G": 8_430_528, "D": 44_762_048},
    # Variants, of which no count is published: what differs from a published network is counted.
    "dcgan-hinge": {"G": 3_576_704, "D": 2_765_568},
    # DCGAN's critic with a bias per output in place of a scale and a shift per batch norm.
    "dcgan-wgan-gp": {
        "G": 3_576_704,
        "D": 2_765_568 - 2 * (128 + 256 + 512) + (64 + 128 + 256 + 512 + 1),
    },
    "sngan-diffaug": {"G": 4_276_739, "D": 1_053_824, "A": 0},
    "pix2pix-lsgan": {"G": 54_413_955, "D": 2_768_705},
    # SAGAN with half the width and a stage less.
    "sagan-64": {"G": 2_428_356, "D": 2_400_098},
    # The U-Net with biases in place of batch norms, on the way down and on the way up.
    "cyclegan-unet": {
        "G_ab": 54_413_955 - 2 * (2432 + 2496) + 3008 + 2496,
        "G_ba": 54_413_955 - 2 * (2432 + 2496) + 3008 + 2496,
        "D_a": 2_764_737,
        "D_b": 2_764_737,
    },
}


def counted(spec: str, *overrides: str) -> dict[str, int]:
    with torch.device("meta"):  # weights are counted, not drawn
        program = import_program(compile_spec(spec, list(overrides)).program().text)
        state = program.build(0, torch.device("meta"))
        if isinstance(state, GrowingState):
            state.grow()
        networks = state.networks
    return {name: sum(p.numel() for p in net.parameters()) for name, net in networks.items()}


@pytest.mark.parametrize("spec", PUBLISHED)
def test_weights_are_as_many_as_published(spec: str) -> None:
    assert counted(spec) == PUBLISHED[spec]


@pytest.mark.parametrize(
    ("size", "generator", "critic"), [(512, 30_276_583, 28_982_849), (1024, 30_370_060, 29_012_513)]
)
def test_a_larger_stylegan2_has_the_channels_of_config_f(
    size: int, generator: int, critic: int
) -> None:
    counts = counted("stylegan2", f"size={size}")
    assert (counts["M"] + counts["G"], counts["D"]) == (generator, critic)


def test_every_shipped_spec_is_counted() -> None:
    assert set(shipped_names()) == set(PUBLISHED)
