"""The losses as specs name them."""

from __future__ import annotations

from typing import Literal

from ganforge.plugins import Loss, Params, Ref, Term, call
from ganforge_blocks.checks import Finite, changed


class ScaleParams(Params):
    """`real` and `fake` scale the critic's terms, `generator` the other side."""

    real: Finite = 1.0
    fake: Finite = 1.0
    generator: Finite = 1.0


class AdversarialParams(Params):
    objective: Literal["non-saturating", "saturating", "least-squares", "wasserstein", "hinge"] = (
        "non-saturating"
    )
    scale: ScaleParams = ScaleParams()


class ReconstructionParams(Params):
    norm: Literal["l1", "l2"] = "l1"


def adversarial_terms(p: AdversarialParams) -> tuple[Term, ...]:
    name = f"ganforge_blocks.losses.adversarial:{p.objective.replace('-', '_')}"
    scales = {"real_scale": p.scale.real, "fake_scale": p.scale.fake}
    critic = changed(scales, real_scale=1.0, fake_scale=1.0)
    generator = changed({"scale": p.scale.generator}, scale=1.0)
    return (
        Term("critic", call(f"{name}_critic", Ref("real"), Ref("fake"), **critic)),
        Term("generator", call(f"{name}_generator", Ref("fake"), **generator)),
    )


def reconstruction_terms(p: ReconstructionParams) -> tuple[Term, ...]:
    target = "F.l1_loss" if p.norm == "l1" else "F.mse_loss"
    return (Term("all", call(target, Ref("reconstruction"), Ref("original"))),)


LOSSES = (
    Loss(
        "adversarial",
        "The game of critic and generator over scores of real and generated samples.",
        AdversarialParams,
        ("real", "fake"),
        adversarial_terms,
    ),
    Loss(
        "reconstruction",
        "The mean absolute (`l1`) or squared (`l2`) difference of two tensors.",
        ReconstructionParams,
        ("original", "reconstruction"),
        reconstruction_terms,
    ),
)
