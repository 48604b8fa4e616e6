"""Functions of wiring that make classes noisy, or draw clean ones for noisy ones."""

from __future__ import annotations

from dataclasses import replace

from ganforge.plugins import Block, Call, LabelNoise, Matrix, Ref, Shape, ShapeError, Tensor, call
from ganforge_blocks.checks import NoParams, tensor


def infer_corrupt(p: NoParams, y: Tensor, chance: Shape) -> Tensor:
    noise = _noise(y, "corrupt")
    if noise.noisy:
        help = "make a condition noisy that is drawn `uniform`, or draw clean classes: `clean`"
        raise ShapeError("GF505", "`corrupt` is given classes that are noisy already", help)
    return Tensor((), classes=y.classes, noise=replace(noise, noisy=True))


def infer_clean(p: NoParams, label: Tensor, chance: Shape) -> Tensor:
    noise = _noise(label, "clean")
    if not noise.noisy:
        help = "give it the field that the condition stands for, or leave it out"
        raise ShapeError("GF505", "`clean` is given classes that are not noisy", help)
    return Tensor((), classes=label.classes, noise=replace(noise, noisy=False))


def _noise(y: Shape, block: str) -> LabelNoise:
    """How classes are noisy; GF505 where that is not known."""
    y = tensor(y, block)
    if y.noise is None:
        message = f"`{block}` is given a {y} whose noise is not known"
        noise = 'noise = { kind = "symmetric", rate = 0.3 }'
        raise ShapeError("GF505", message, f"write `{noise}` at the condition of its field")
    return y.noise


def call_corrupt(p: NoParams, y: Tensor, chance: Shape) -> Call:
    noise = _noise(y, "corrupt")
    if noise.rows:
        return _drawn("y", Matrix("TRANSITION", noise.rows))
    if not noise.pairs:
        return _redrawn("y", y.classes, noise.rate)
    function = "ganforge.runtime.labels:exchanged"
    return call(function, Ref("y"), Ref("chance"), list(noise.pairs), noise.rate)


def call_clean(p: NoParams, label: Tensor, chance: Shape) -> Call:
    noise = _noise(label, "clean")
    if noise.rows:
        return _drawn("label", Matrix("ORIGIN", _backwards(noise.rows)))
    if not noise.pairs:  # the transition is its own inverse by Bayes: T is symmetric
        return _redrawn("label", label.classes, noise.rate)
    function = "ganforge_blocks.modules.labels:restored"
    return call(function, Ref("label"), Ref("chance"), _origins(noise))


def _drawn(y: str, matrix: Matrix) -> Call:
    return call("ganforge.runtime.labels:drawn", Ref(y), Ref("chance"), matrix)


def _backwards(rows: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
    """p(clean | noisy) by Bayes, a row for each noisy class, for equally frequent clean classes.

    A noisy class that no clean one becomes stays itself.
    """
    columns = list(zip(*rows, strict=True))
    return tuple(
        tuple(p / sum(column) if sum(column) else float(k == j) for k, p in enumerate(column))
        for j, column in enumerate(columns)
    )


def _redrawn(y: str, classes: int | None, rate: float) -> Call:
    return call("ganforge.runtime.labels:redrawn", Ref(y), Ref("chance"), classes, rate)


def _origins(noise: LabelNoise) -> list[tuple[int, int, float, float]]:
    """For each noisy class the clean ones that it may come from, each with its part of 0..1.

    p(clean = i | noisy = j) = T[i, j] / sum over k of T[k, j], for classes that are equally
    frequent.
    """
    sources: dict[int, list[int]] = {}
    for clean, noisy in noise.pairs:
        sources.setdefault(noisy, []).append(clean)
    left = {clean for clean, _ in noise.pairs}
    origins = []
    for noisy, cleans in sources.items():
        own = 1 - noise.rate if noisy in left else 1.0
        part = noise.rate / (own + len(cleans) * noise.rate)
        origins += [(noisy, c, k * part, (k + 1) * part) for k, c in enumerate(cleans)]
    return origins


BLOCKS = (
    Block(
        "corrupt",
        "A noisy class for each clean one, by the condition's `noise` (1811.11165).",
        NoParams,
        infer_corrupt,
        function=call_corrupt,
        inputs=("y", "chance"),
        draws=lambda p, y: (),
    ),
    Block(
        "clean",
        "A clean class for each noisy one, by Bayes from the condition's `noise`.",
        NoParams,
        infer_clean,
        function=call_clean,
        inputs=("label", "chance"),
        draws=lambda p, label: (),
    ),
)
