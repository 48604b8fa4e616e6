"""The losses as specs name them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ganforge.plugins import (
    Call,
    Entry,
    LabelNoise,
    Loss,
    Matrix,
    Params,
    Ref,
    ShapeError,
    Tensor,
    Term,
    call,
)
from ganforge.plugins.params import Bool, Word
from ganforge_blocks.adversarial_declarations import ADVERSARIAL, EQUILIBRIUM, LOSS_FUNCTIONS
from ganforge_blocks.checks import Finite, NoParams, changed
from ganforge_blocks.comparison_declarations import COMPARISONS

CLASSES = f"{LOSS_FUNCTIONS}.classes"


class DistanceParams(Params):
    norm: Literal["l1", "l2"] = "l1"


class AuxiliaryClassParams(Params):
    noise: Word | None = None
    reduction: Literal["mean", "sum"] = "mean"


class GradientPenaltyParams(Params):
    center: Annotated[Finite, Field(ge=0)] = 1.0
    one_sided: Bool = False

    @field_validator("one_sided")
    @classmethod
    def _has_two_sides(cls, one_sided: bool, info: ValidationInfo) -> bool:
        if one_sided and info.data.get("center") == 0:
            message = "with `center = 0` it changes nothing: no gradient is shorter than 0"
            context = {"message": message, "help": "remove it"}
            raise PydanticCustomError("GF115", "{message}", context)
        return one_sided


class PathLengthParams(Params):
    decay: Annotated[Finite, Field(gt=0, le=1)] = 0.01


class LecamParams(Params):
    decay: Annotated[Finite, Field(ge=0, lt=1)] = 0.99
    one_sided: Bool = False


def distance_terms(p: DistanceParams) -> tuple[Term, ...]:
    target = "F.l1_loss" if p.norm == "l1" else "F.mse_loss"
    return _all(call(target, Ref("reconstruction"), Ref("original")))


def auxiliary_class_terms(p: AuxiliaryClassParams, target: Tensor) -> tuple[Term, ...]:
    if target.attributes and p.noise is None:
        own = changed({"reduction": p.reduction}, reduction="mean")
        value = call(f"{CLASSES}:attributes", Ref("logits"), Ref("target"), **own)
        return _all(value, logits=("logits",))
    if p.reduction != "mean":
        message = f"`reduction` is about attributes, and `target` is {target.described}"
        raise ShapeError("GF115", message, "remove `reduction`", at="reduction")
    if p.noise is None:
        value = call(f"{CLASSES}:auxiliary_class", Ref("logits"), Ref("target"))
        return _all(value, logits=("logits",))
    odds = _noisy_odds(_known_noise(p.noise, target))
    return _all(call(f"{CLASSES}:noisy_class", odds, Ref("target")), logits=("logits",))


def _known_noise(condition: str, target: Tensor) -> LabelNoise:
    """The noise of `target`, if it is that of the condition."""
    noise = target.noise
    if noise is None:
        message = f"`target` is a {target} whose noise is not known"
        help = f"write `noise` at the condition `{condition}`, and give its field as `target`"
        raise ShapeError("GF505", message, help, at="target")
    if not noise.noisy:
        message = "`noise` corrects for noisy labels, and the classes of `target` are clean"
        raise ShapeError("GF505", message, "remove `noise`", at="noise")
    if noise.condition != condition:
        message = f"`target` is noisy as the condition `{noise.condition}` says, not `{condition}`"
        raise ShapeError("GF505", message, f'write `noise = "{noise.condition}"`', at="noise")
    return noise


def _noisy_odds(noise: LabelNoise) -> Call:
    """The probabilities of noisy classes, from the logits of clean ones."""
    if noise.rows:
        return call(f"{CLASSES}:drawn_odds", Ref("logits"), Matrix("TRANSITION", noise.rows))
    if noise.pairs:
        return call(f"{CLASSES}:exchanged_odds", Ref("logits"), list(noise.pairs), noise.rate)
    return call(f"{CLASSES}:redrawn_odds", Ref("logits"), noise.rate)


def mutual_info_terms(p: NoParams, codes: tuple[Entry, ...]) -> tuple[Term, ...]:
    parts = [_code(entry) for entry in codes]
    logits = tuple(e.tensor.name for e in codes if e.latent_shape.classes is not None)
    if len(parts) == 1:
        return _all(parts[0], logits=logits)
    return _all(call(f"{LOSS_FUNCTIONS}.information:information", *parts), logits=logits)


def _code(entry: Entry) -> Call:
    """What one code adds: by its kind and by the width of what stands beside it."""
    latent, guess = entry.latent_shape, entry.tensor_shape
    if latent.classes is not None:
        if guess.classes is None and guess.shape == (latent.classes,):
            return call("F.cross_entropy", entry.tensor, entry.latent)
        needed = f"{latent.classes} logits, one for each class"
    else:
        first, *others = latent.shape
        functions = {
            latent.shape: "gaussian_code",
            (2 * first, *others): "gaussian_code_with_variance",
        }
        if guess.classes is None and guess.shape in functions:
            function = f"{LOSS_FUNCTIONS}.information:{functions[guess.shape]}"
            return call(function, entry.tensor, entry.latent)
        means, both = (" x ".join(map(str, shape)) for shape in functions)
        needed = f"{means} for means, or {both} for means and log variances"
    message = f"the prediction of `{entry.name}` ({latent}) has the shape {guess}"
    raise ShapeError("GF410", message, f"give {needed}", at=entry.tensor.name)


def _penalty(of: str, *more: str, source: str) -> str:
    """What is written for a penalty of the gradient by a tensor."""
    keys = ('kind = "gradient-penalty"', f'score = "D({of})"', f'wrt = "{of}"', *more)
    return f"{', '.join(f'`{key}`' for key in keys)} ({source})"


BETWEEN, NEAR = "interpolate(x, fake)", "interpolate(x, perturb(x))"
PENALTIES = {
    "wgan-gp": _penalty(BETWEEN, source="1704.00028, eq. 3"),
    "wgan-lp": _penalty(BETWEEN, "one_sided = true", source="1709.08894"),
    "r1": _penalty("x", "center = 0", source="1801.04406, eq. 9; `weight` is half its gamma"),
    "r2": _penalty("fake", "center = 0", source="1801.04406, eq. 10; `weight` is half its gamma"),
    "zero-centred": _penalty(BETWEEN, "center = 0", source="1902.03984"),
    "dragan": _penalty(NEAR, source="1705.07215, as the authors' code"),
}


def gradient_penalty_terms(p: GradientPenaltyParams) -> tuple[Term, ...]:
    own = changed({"center": p.center, "one_sided": p.one_sided}, center=1.0, one_sided=False)
    function = f"{LOSS_FUNCTIONS}.penalties:gradient_penalty"
    value = call(function, Ref("score"), Ref("wrt"), **own)
    return _all(value, differentiates=("wrt",), gradient_norm=p.center)


def path_length_terms(p: PathLengthParams) -> tuple[Term, ...]:
    value = call("self", Ref("of"), Ref("wrt"), Ref("direction"))
    draws = {"direction": "of"}
    return _all(value, differentiates=("wrt",), moves_makers=True, draws=draws)


def path_length_module(p: PathLengthParams) -> Call:
    own = changed({"decay": p.decay}, decay=0.01)
    return call(f"{LOSS_FUNCTIONS}.paths:PathLength", **own)


def lecam_terms(p: LecamParams) -> tuple[Term, ...]:
    return (Term("critic", call("self", Ref("real"), Ref("fake"))),)


def lecam_module(p: LecamParams) -> Call:
    own = changed({"decay": p.decay, "one_sided": p.one_sided}, decay=0.99, one_sided=False)
    return call(f"{LOSS_FUNCTIONS}.anchors:Anchors", **own)


def drift_terms(p: NoParams) -> tuple[Term, ...]:
    return _all(call(f"{LOSS_FUNCTIONS}.penalties:drift", Ref("score")))


def orthogonal_terms(p: NoParams) -> tuple[Term, ...]:
    return _all(call(f"{LOSS_FUNCTIONS}.orthogonal:orthogonal", Ref("networks")))


def pulling_away_terms(p: NoParams) -> tuple[Term, ...]:
    return _all(call(f"{LOSS_FUNCTIONS}.features:pulling_away", Ref("features")))


def _all(value: Call, **more: Any) -> tuple[Term, ...]:
    return (Term("all", value, **more),)


def _distance(name: str, summary: str, relation: Literal["", "cycle", "identity"] = "") -> Loss:
    tensors = ("original", "reconstruction")
    return Loss(name, summary, DistanceParams, tensors, distance_terms, relation=relation)


LOSSES = (
    ADVERSARIAL,
    EQUILIBRIUM,
    _distance(
        "reconstruction",
        "The mean absolute (`l1`) or squared (`l2`) difference of two tensors.",
    ),
    _distance(
        "cycle-consistency",
        "The mean difference of a sample and its way there and back (1703.10593, eq. 2).",
        "cycle",
    ),
    _distance(
        "identity",
        "The mean difference of a sample and its image under a map into its own domain.",
        "identity",
    ),
    Loss(
        "auxiliary-class",
        "The cross entropy of logits with a class, unlabelled samples left out; or of each logit "
        "with an attribute, as their mean or, per sample, their sum.",
        AuxiliaryClassParams,
        ("logits", "target"),
        auxiliary_class_terms,
        classes=("target",),
        unlabelled=("target",),
        inspected=("target",),
    ),
    Loss(
        "mutual-info",
        "How badly latents can be told from a sample: cross entropy for classes, Gaussian for "
        "numbers, with unit or learned variance (1606.03657, eq. 5).",
        NoParams,
        (),
        mutual_info_terms,
        tables=("codes",),
    ),
    Loss(
        "pulling-away",
        "The mean squared cosine of different samples' features (1609.03126, eq. 5).",
        NoParams,
        ("features",),
        pulling_away_terms,
    ),
    Loss(
        "orthogonal",
        "The squared inner products of different filters of each layer (1809.11096, eq. 3).",
        NoParams,
        (),
        orthogonal_terms,
        networks=("networks",),
    ),
    Loss(
        "gradient-penalty",
        "How far the gradient of a score is from `center` in norm, squared, per sample; by a list, "
        "such as images of several sizes, by all of its elements at once.",
        GradientPenaltyParams,
        ("score", "wrt"),
        gradient_penalty_terms,
        lists=("wrt",),
        example={"wrt": "x"},
        known_as=PENALTIES,
    ),
    Loss(
        "path-length",
        "How far the length of steps in an image, by equal steps in what it is made from, is from "
        "its moving average, squared (1912.04958, eq. 4).",
        PathLengthParams,
        ("of", "wrt"),
        path_length_terms,
        module=path_length_module,
        reports=("mean",),
        lists=("wrt",),
        example={"of": "fake", "wrt": "z"},
    ),
    Loss(
        "lecam",
        "How far a critic's scores are from the average that the other side's have had, squared "
        "(2104.03310, section 3).",
        LecamParams,
        ("real", "fake"),
        lecam_terms,
        module=lecam_module,
        reports=("real", "fake"),
    ),
    Loss(
        "drift",
        "The mean squared score, which keeps a critic's scores near 0 (1710.10196).",
        NoParams,
        ("score",),
        drift_terms,
        scores=("score",),
    ),
    *COMPARISONS,
)
