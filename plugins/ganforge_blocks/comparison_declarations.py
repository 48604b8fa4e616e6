"""Losses that compare what networks make of samples, or look at one tensor, as specs name them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ganforge.plugins import Loss, Params, Ref, Shape, ShapeError, Tensor, TensorList, Term, call
from ganforge_blocks.adversarial_declarations import LOSS_FUNCTIONS
from ganforge_blocks.checks import Finite, NoParams, changed, sized


class ConsistencyParams(Params):
    margin: Annotated[Finite, Field(ge=0)] = 0.0


class CriticOnlyParams(Params):
    side: Literal["real", "fake"] = Field(alias="is")
    objective: Literal["non-saturating", "least-squares", "wasserstein", "hinge"] = "non-saturating"


class MatchingParams(Params):
    norm: Literal["l1", "l2"] = "l2"


class KlParams(Params):
    reduction: Literal["mean", "sum"] = "mean"


def consistency_terms(p: ConsistencyParams) -> tuple[Term, ...]:
    own = changed({"margin": p.margin}, margin=0.0)
    function = f"{LOSS_FUNCTIONS}.consistency:consistency"
    return (Term("critic", call(function, Ref("first"), Ref("second"), **own)),)


def critic_only_terms(p: CriticOnlyParams) -> tuple[Term, ...]:
    name = p.objective.replace("-", "_")
    function = f"{LOSS_FUNCTIONS}.consistency:{name}_judgement"
    return (
        Term(
            "critic",
            call(function, Ref("score"), real=p.side == "real"),
            logits=("score",),
            lipschitz=p.objective == "wasserstein",
        ),
    )


def matching_terms(p: MatchingParams, first: Shape, second: Shape) -> tuple[Term, ...]:
    """A single tensor is a list of one."""
    compared = "matched_means" if p.norm == "l2" else "matched_samples"
    lists = isinstance(first, TensorList) and isinstance(second, TensorList)
    given = [Ref(name) if lists else [Ref(name)] for name in ("first", "second")]
    value = call(f"{LOSS_FUNCTIONS}.features:{compared}", *given)
    return (Term("generator", value, constant=("first",)),)


def total_variation_terms(p: NoParams, image: Tensor) -> tuple[Term, ...]:
    if not image.is_image:
        message = f"`image` is {image.described}, and no image"
        raise ShapeError("GF301", message, "give it an image, C x H x W", at="image")
    if min(image.height, image.width) < 2:
        message = f"an image of {sized(image.height, image.width)} has no neighbouring pixels"
        raise ShapeError("GF305", message, "give it a larger image", at="image")
    return (Term("all", call(f"{LOSS_FUNCTIONS}.priors:total_variation", Ref("image"))),)


def kl_terms(p: KlParams) -> tuple[Term, ...]:
    own = changed({"reduction": p.reduction}, reduction="mean")
    function = f"{LOSS_FUNCTIONS}.priors:kl_to_normal"
    return (Term("all", call(function, Ref("mean"), Ref("log_variance"), **own)),)


COMPARISONS = (
    Loss(
        "consistency",
        "How far a critic's scores, or features, of two views of a sample lie apart, squared "
        "(1910.12027; of fakes too, 2002.04724; with a margin, 1803.01541).",
        ConsistencyParams,
        ("first", "second"),
        consistency_terms,
        judges=("first", "second"),
        alike=("first", "second"),
        example={"first": "D(x)", "second": "D(roll(x))"},
    ),
    Loss(
        "critic-only",
        "What a critic alone learns of further samples: that they are real, or fake (1605.05396, "
        "algorithm 1).",
        CriticOnlyParams,
        ("score",),
        critic_only_terms,
        judges=("score",),
    ),
    Loss(
        "feature-matching",
        "How far features of generated samples, `second`, are from those of real ones, in the mean "
        "over the batch (`l2`: 1606.03498) or sample by sample (`l1`: 1711.11585).",
        MatchingParams,
        ("first", "second"),
        matching_terms,
        inspected=("first", "second"),
        lists=("first", "second"),
        judges=("first", "second"),
        alike=("first", "second"),
        example={"first": "D(x)", "second": "D(fake)"},
    ),
    Loss(
        "total-variation",
        "The mean absolute difference of neighbouring pixels of an image.",
        NoParams,
        ("image",),
        total_variation_terms,
        inspected=("image",),
        example={"image": "fake"},
    ),
    Loss(
        "kl-to-normal",
        "How far normal distributions are from N(0, 1), in nats (1312.6114, appendix B).",
        KlParams,
        ("mean", "log_variance"),
        kl_terms,
        alike=("mean", "log_variance"),
    ),
)
