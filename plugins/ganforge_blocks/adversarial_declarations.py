"""The adversarial loss as specs name it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ganforge.plugins import Call, Loss, Params, Ref, Term, call
from ganforge.plugins.live import Live
from ganforge_blocks.checks import Eps, Finite, Natural, changed

LOSS_FUNCTIONS = "ganforge_blocks.losses"
TARGETED = ("non-saturating", "least-squares")
PAIRED = ("non-saturating", "least-squares", "hinge")
Objective = Literal[
    "non-saturating", "saturating", "least-squares", "wasserstein", "hinge", "energy"
]


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
    objective: Objective = "non-saturating"
    pairing: Literal["none", "paired", "average"] = "none"
    scale: ScaleParams = ScaleParams()
    targets: TargetsParams = TargetsParams()
    margin: Eps = 1.0
    reduction: Literal["mean", "sum"] = "mean"
    top_k: Live | None = Field(default=None)
    pool: Natural = 0

    @field_validator("pairing")
    @classmethod
    def _compares(cls, pairing: str, info: ValidationInfo) -> str:
        objective = info.data.get("objective", PAIRED[0])
        if pairing != "none" and objective not in PAIRED:
            raise _refused(
                f"the objective `{objective}` does not compare scores by `pairing`",
                f"objectives that do: {', '.join(PAIRED)}",
            )
        return pairing

    @field_validator("scale")
    @classmethod
    def _of_sides(cls, scale: ScaleParams, info: ValidationInfo) -> ScaleParams:
        if info.data.get("pairing") == "paired" and (scale.real, scale.fake) != (1, 1):
            raise _refused(
                "a pair has one term: `scale` has no `real` and `fake` with `paired`",
                "scale the whole loss by `weight`",
            )
        return scale

    @field_validator("targets")
    @classmethod
    def _of_use(cls, targets: TargetsParams, info: ValidationInfo) -> TargetsParams:
        objective = info.data.get("objective", TARGETED[0])
        if objective not in TARGETED:
            raise _refused(
                f"the objective `{objective}` has no targets",
                f"remove `targets`; objectives that have them: {', '.join(TARGETED)}",
            )
        if info.data.get("pairing", "none") != "none":
            raise _refused(
                "scores that are compared by `pairing` have no targets",
                "remove `targets`, or `pairing`",
            )
        if objective == TARGETED[0] and not _are_probabilities(targets):
            raise _refused(
                "the targets of `non-saturating` are probabilities, from 0 to 1",
                "write numbers from 0 to 1, such as `targets = { real = 0.9 }`",
            )
        return targets

    @field_validator("margin", "reduction")
    @classmethod
    def _of_energy(cls, value: Any, info: ValidationInfo) -> Any:
        objective = info.data.get("objective", "energy")
        if objective != "energy":
            raise _refused(
                f"the objective `{objective}` has no `{info.field_name}`",
                'remove it, or write `objective = "energy"`',
            )
        return value

    @field_validator("top_k")
    @classmethod
    def _of_scores(cls, top_k: Any, info: ValidationInfo) -> Any:
        if isinstance(top_k, float) and (top_k < 1 or top_k != int(top_k)):
            raise _refused(
                f"`top_k` is a number of samples, not {top_k:g}",
                "write a whole number of at least 1",
            )
        if top_k is not None and info.data.get("pairing", "none") != "none":
            raise _refused(
                "scores that are compared by `pairing` are taken all",
                "remove `top_k`, or `pairing`",
            )
        return int(top_k) if isinstance(top_k, float) else top_k


def _refused(message: str, help: str) -> PydanticCustomError:
    return PydanticCustomError("GF115", "{message}", {"message": message, "help": help})


def _are_probabilities(targets: TargetsParams) -> bool:
    return all(0 <= t <= 1 for t in (targets.real, targets.fake, targets.generator))


def adversarial_terms(p: AdversarialParams) -> tuple[Term, ...]:
    """What the critic minimises, and what the generator's side does."""
    if p.pairing != "none":
        critic, generator, with_real = _compared(p)
    else:
        critic, generator, with_real = _for_critic(p), _for_generator(p), _with_real(p)
    logits = () if p.objective == "energy" else ("real", "fake")
    return (
        Term(
            "critic",
            critic,
            replays=("fake",) if p.pool else (),
            logits=logits,
            lipschitz=p.objective == "wasserstein",
            saturates=p.objective in ("non-saturating", "saturating"),
            reaches={"fake": p.margin} if p.objective == "energy" and p.reduction == "mean" else {},
        ),
        Term(
            "generator",
            generator,
            with_real=with_real,
            logits=logits,
            saturates=p.objective == "saturating",
        ),
    )


def adversarial_module(p: AdversarialParams) -> Call | None:
    """The history of what the critic was given."""
    return call(f"{LOSS_FUNCTIONS}.history:History", p.pool) if p.pool else None


def _compared(p: AdversarialParams) -> tuple[Call, Call, None]:
    """One function for both sides: the generator's has real and fake exchanged."""
    name = f"{p.pairing}_{p.objective.replace('-', '_')}"
    function = f"{LOSS_FUNCTIONS}.relativistic:{name}"
    own = changed(
        {"higher_scale": p.scale.real, "lower_scale": p.scale.fake}, higher_scale=1, lower_scale=1
    )
    both = ("higher_scale", "lower_scale") if p.pairing == "average" else ("scale",)
    other = {} if p.scale.generator == 1 else dict.fromkeys(both, p.scale.generator)
    critic = call(function, Ref("real"), Ref("fake"), **own)
    return critic, call(function, Ref("fake"), Ref("real"), **other), None


def _for_critic(p: AdversarialParams) -> Call:
    scales = {"real_scale": p.scale.real, "fake_scale": p.scale.fake}
    return _critic(p, Ref("real"), Ref("fake"), p.targets.real, p.targets.fake, scales)


def _critic(
    p: AdversarialParams,
    real: Ref,
    fake: Ref,
    real_target: float,
    fake_target: float,
    scales: dict[str, float],
) -> Call:
    targets = {"real_target": real_target, "fake_target": fake_target}
    own = changed(targets, real_target=1.0, fake_target=0.0)
    function = _function(p, "critic", bool(own))
    own |= changed(_energy(p, "margin", "reduction"), margin=1.0, reduction="mean")
    own |= changed(scales, real_scale=1.0, fake_scale=1.0)
    return call(function, real, fake, **own)


def _for_generator(p: AdversarialParams) -> Call:
    own = changed({"target": p.targets.generator}, target=1.0)
    function = _function(p, "generator", bool(own))
    own |= changed(_energy(p, "reduction"), reduction="mean")
    own |= changed({"scale": p.scale.generator}, scale=1.0)
    return call(function, _taken(p), **own)


def _taken(p: AdversarialParams) -> Ref | Call:
    """The fake scores that move the generator."""
    if p.top_k is None:
        return Ref("fake")
    own = {"largest": False} if p.objective == "energy" else {}
    return call(f"{LOSS_FUNCTIONS}.adversarial:best", Ref("fake"), k=p.top_k, **own)


def _with_real(p: AdversarialParams) -> Call | None:
    """The generator's loss where it also moves networks before `real`, such as an encoder.

    Each side's samples shall be taken for the other's (https://arxiv.org/abs/1605.09782, section
    3.4); what saturates is the critic's loss turned round (equation 3).
    """
    scale = p.scale.generator
    if p.objective == "energy" or p.top_k is not None:
        return None
    if p.objective == "saturating":
        turned = {"real_scale": -scale, "fake_scale": -scale}
        return _critic(p, Ref("real"), Ref("fake"), 1.0, 0.0, turned)
    scales = {"real_scale": scale, "fake_scale": scale}
    if p.objective in ("hinge", "wasserstein"):
        linear = p.model_copy(update={"objective": "wasserstein"})
        return _critic(linear, Ref("fake"), Ref("real"), 1.0, 0.0, scales)
    return _critic(p, Ref("fake"), Ref("real"), p.targets.generator, p.targets.fake, scales)


def _energy(p: AdversarialParams, *names: str) -> dict[str, Any]:
    return {name: getattr(p, name) for name in names} if p.objective == "energy" else {}


def _function(p: AdversarialParams, side: str, targeted: bool) -> str:
    smoothed = targeted and p.objective == "non-saturating"
    name = "smoothed" if smoothed else p.objective.replace("-", "_")
    if (name, side) == ("saturating", "critic"):
        name = "non_saturating"  # the objectives differ for the generator alone
    return f"{LOSS_FUNCTIONS}.adversarial:{name}_{side}"


class EquilibriumParams(Params):
    gamma: Annotated[Finite, Field(gt=0, le=1)] = 0.5
    rate: Annotated[Finite, Field(gt=0, le=1)] = 1e-3


def equilibrium_terms(p: EquilibriumParams) -> tuple[Term, ...]:
    """The module weighs the critic's two errors, and is told the generator's."""
    return (
        Term("critic", call("self.critic", Ref("real"), Ref("fake")), errors=("real", "fake")),
        Term("generator", call("self.generator", Ref("fake")), errors=("fake",)),
    )


def equilibrium_module(p: EquilibriumParams) -> Call:
    return call(f"{LOSS_FUNCTIONS}.equilibrium:Equilibrium", p.gamma, p.rate)


def _game(objective: str, *more: str, source: str) -> str:
    """What is written for a game of this objective."""
    keys = ('kind = "adversarial"', f'objective = "{objective}"', *more)
    return f"{', '.join(f'`{key}`' for key in keys)} ({source})"


PAIRS, AVERAGES = 'pairing = "paired"', 'pairing = "average"'
ANNEALED = 'top_k = "max(staircase(64, 0.99, epoch), 32)"'
GAMES = {
    "gan": _game("saturating", source="1406.2661, eq. 1"),
    "ns-gan": _game("non-saturating", source="1406.2661, section 3"),
    "lsgan": _game("least-squares", source="1611.04076, eq. 2"),
    "wgan": _game("wasserstein", source="1701.07875, eq. 3, with bounded slopes"),
    "hinge": _game("hinge", source="1705.02894, eq. 8"),
    "ebgan": _game("energy", source="1609.03126, eq. 1 and 2"),
    "rsgan": _game("non-saturating", PAIRS, source="1807.00734, section 4.1"),
    "ragan": _game("non-saturating", AVERAGES, source="1807.00734, section 4.3"),
    "ralsgan": _game("least-squares", AVERAGES, source="1807.00734, appendix"),
    "rahinge": _game("hinge", AVERAGES, source="1807.00734, appendix"),
    "r3gan": _game("non-saturating", PAIRS, source="2501.05441, with `r1` and `r2`"),
    "top-k": _game("non-saturating", ANNEALED, source="2002.06224, section 3"),
}


ADVERSARIAL = Loss(
    "adversarial",
    "The game of critic and generator over scores of real and generated samples.",
    AdversarialParams,
    ("real", "fake"),
    adversarial_terms,
    module=adversarial_module,
    known_as=GAMES,
    figures={"real_sign": call(f"{LOSS_FUNCTIONS}.adversarial:mean_sign", Ref("real"))},
)

EQUILIBRIUM = Loss(
    "boundary-equilibrium",
    "The game of an autoencoding critic, whose error for fakes is held at `gamma` times that for "
    "real samples (1703.10717, section 3.3); the log has `k` and `convergence`.",
    EquilibriumParams,
    ("real", "fake"),
    equilibrium_terms,
    module=equilibrium_module,
    reports=("k", "convergence"),
    known_as={"began": '`kind = "boundary-equilibrium"` (1703.10717, section 3.3)'},
    example={"real": "absolute_error(D(x), x)", "fake": "absolute_error(D(fake), fake)"},
)
