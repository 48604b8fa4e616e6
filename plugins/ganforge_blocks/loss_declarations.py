"""The losses as specs name them."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ganforge.plugins import Call, Entry, Loss, Params, Ref, ShapeError, Term, call
from ganforge.plugins.params import Bool
from ganforge_blocks.checks import Finite, Natural, NoParams, changed

LOSS_FUNCTIONS = "ganforge_blocks.losses"
TARGETED = ("non-saturating", "least-squares")


class ScaleParams(Params):
    """`real` and `fake` scale the critic's terms, `generator` the other side."""

    real: Finite = 1.0
    fake: Finite = 1.0
    generator: Finite = 1.0


class TargetsParams(Params):
    """What the critic's scores shall be for real and fake samples, and what the generator wants."""

    real: Finite = 1.0
    fake: Finite = 0.0
    generator: Finite = 1.0


class AdversarialParams(Params):
    objective: Literal["non-saturating", "saturating", "least-squares", "wasserstein", "hinge"] = (
        "non-saturating"
    )
    scale: ScaleParams = ScaleParams()
    targets: TargetsParams = TargetsParams()
    pool: Natural = 0

    @field_validator("targets")
    @classmethod
    def _of_use(cls, targets: TargetsParams, info: ValidationInfo) -> TargetsParams:
        objective = info.data.get("objective", TARGETED[0])
        if objective in TARGETED and (objective != TARGETED[0] or _are_probabilities(targets)):
            return targets
        message = f"the objective `{objective}` has no targets"
        if objective in TARGETED:
            message = "the targets of `non-saturating` are probabilities, from 0 to 1"
        raise PydanticCustomError("GF115", "{message}", {"message": message})


def _are_probabilities(targets: TargetsParams) -> bool:
    return all(0 <= t <= 1 for t in (targets.real, targets.fake, targets.generator))


class DistanceParams(Params):
    norm: Literal["l1", "l2"] = "l1"


class GradientPenaltyParams(Params):
    center: Finite = 1.0
    one_sided: Bool = False


def adversarial_terms(p: AdversarialParams) -> tuple[Term, ...]:
    aims = {"real_target": p.targets.real, "fake_target": p.targets.fake}
    scales = {"real_scale": p.scale.real, "fake_scale": p.scale.fake}
    for_critic = changed(aims, real_target=1.0, fake_target=0.0)
    for_generator = changed({"target": p.targets.generator}, target=1.0)
    critic = _objective(p, "critic", bool(for_critic))
    generator = _objective(p, "generator", bool(for_generator))
    for_critic |= changed(scales, real_scale=1.0, fake_scale=1.0)
    for_generator |= changed({"scale": p.scale.generator}, scale=1.0)
    replays = ("fake",) if p.pool else ()
    return (
        Term("critic", call(critic, Ref("real"), Ref("fake"), **for_critic), replays=replays),
        Term("generator", call(generator, Ref("fake"), **for_generator)),
    )


def adversarial_module(p: AdversarialParams) -> Call | None:
    return call(f"{LOSS_FUNCTIONS}.history:History", p.pool) if p.pool else None


def _objective(p: AdversarialParams, side: str, targeted: bool) -> str:
    smoothed = targeted and p.objective == "non-saturating"
    name = "smoothed" if smoothed else p.objective.replace("-", "_")
    return f"{LOSS_FUNCTIONS}.adversarial:{name}_{side}"


def distance_terms(p: DistanceParams) -> tuple[Term, ...]:
    target = "F.l1_loss" if p.norm == "l1" else "F.mse_loss"
    return _all(call(target, Ref("reconstruction"), Ref("original")))


def auxiliary_class_terms(p: NoParams) -> tuple[Term, ...]:
    return _all(call(f"{LOSS_FUNCTIONS}.classes:auxiliary_class", Ref("logits"), Ref("target")))


def mutual_info_terms(p: NoParams, codes: tuple[Entry, ...]) -> tuple[Term, ...]:
    parts = [_code(entry) for entry in codes]
    if len(parts) == 1:
        return _all(parts[0])
    return _all(call(f"{LOSS_FUNCTIONS}.information:information", *parts))


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


def gradient_penalty_terms(p: GradientPenaltyParams) -> tuple[Term, ...]:
    own = changed({"center": p.center, "one_sided": p.one_sided}, center=1.0, one_sided=False)
    function = f"{LOSS_FUNCTIONS}.penalties:gradient_penalty"
    return _all(call(function, Ref("score"), Ref("wrt"), **own), ("wrt",))


def drift_terms(p: NoParams) -> tuple[Term, ...]:
    return _all(call(f"{LOSS_FUNCTIONS}.penalties:drift", Ref("score")))


def _all(value: Call, differentiates: tuple[str, ...] = ()) -> tuple[Term, ...]:
    return (Term("all", value, differentiates),)


def _distance(name: str, summary: str) -> Loss:
    return Loss(name, summary, DistanceParams, ("original", "reconstruction"), distance_terms)


LOSSES = (
    Loss(
        "adversarial",
        "The game of critic and generator over scores of real and generated samples.",
        AdversarialParams,
        ("real", "fake"),
        adversarial_terms,
        module=adversarial_module,
    ),
    _distance(
        "reconstruction",
        "The mean absolute (`l1`) or squared (`l2`) difference of two tensors.",
    ),
    _distance(
        "cycle-consistency",
        "The mean difference of a sample and its way there and back (1703.10593, eq. 2).",
    ),
    _distance(
        "identity",
        "The mean difference of a sample and its image under a map into its own domain.",
    ),
    Loss(
        "auxiliary-class",
        "The cross entropy of logits with a class; samples without a label are skipped.",
        NoParams,
        ("logits", "target"),
        auxiliary_class_terms,
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
        "gradient-penalty",
        "How far the gradient of a score is from `center` in norm, squared, per sample.",
        GradientPenaltyParams,
        ("score", "wrt"),
        gradient_penalty_terms,
    ),
    Loss(
        "drift",
        "The mean squared score, which keeps a critic's scores near 0 (1710.10196).",
        NoParams,
        ("score",),
        drift_terms,
    ),
)
