"""What critics and classifiers are shown of a condition beside the sample that they judge."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.passes.origins import class_fields, fields_of, has_images, sources
from ganforge.spec.findings import Findings
from ganforge.spec.models import ClassField

ORDINALS = ("first", "second", "third", "fourth")


def check_judging(graph: Graph, findings: Findings) -> set[str]:
    """GF502 for predictions of classes, GF508 and GF510 to GF512; the conditions in whose place
    others are asked for.
    """
    swapped: set[str] = set()
    for loss in graph.losses.values():
        if loss.has_sides:
            _check_given(graph, loss, findings)
            _check_real_classes(graph, loss, findings)
            _check_places(graph, loss, findings)
            _check_crossed(graph, loss, findings)
        elif {"logits", "target"} <= loss.tensors.keys():
            swapped |= _check_target(graph, loss, findings)
    return swapped


def _check_given(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """A generated sample is judged under what it was generated under, and not under more."""
    judged = graph.judged(loss.tensors["fake"])
    made_of = sources(graph, *judged[:1])
    if has_images(graph, made_of) or not made_of:
        return  # a translated sample brings along what belongs to the one that it is made of
    shown = sources(graph, *judged[1:]) - made_of
    drawn = [n for n in graph.spec.conditions if n in shown]
    for name in (*drawn, *sorted(class_fields(graph, shown))):
        if not fields_of(graph, {name}) & fields_of(graph, made_of):
            made = loss.spec.tensors["fake"]
            message = f"a generated sample is judged under `{name}`, and it is not made from it"
            help = f"give `{name}` to the generator too, or take it out of `{made}`"
            findings.add("GF510", _path(loss, "fake"), message, help)
            return


def _check_real_classes(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """A generator draws its classes, and does not take those of the real samples beside it."""
    judged = graph.judged(loss.tensors["fake"])
    made_of = sources(graph, *judged[:1])
    named = made_of & graph.spec.latents.keys()
    if not named or has_images(graph, made_of):
        return
    for name in sorted(class_fields(graph, made_of)):
        message = f"samples are generated under `{name}`, which belongs to the real sample beside "
        message += "them"
        draw = "" if name in _classes(graph) else ', draw = "shuffle"'
        help = f'write `[conditioning]` with `y = {{ field = "{name}"{draw} }}`, and give `y` '
        help += "instead; "
        help += '`draw = "same"` says that it is meant'
        made = graph.nodes[judged[0]].path
        findings.add("GF508", made or _path(loss, "fake"), message, help)


def _classes(graph: Graph) -> set[str]:
    """The fields that are classes, and so can be drawn uniformly."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    return {name for name, field in fields.items() if isinstance(field, ClassField)}


def _check_places(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """What a critic is given with a real and with a generated sample stands at one place."""
    real, fake = (graph.judged(loss.tensors[side]) for side in ("real", "fake"))
    for place, index in enumerate(real):
        elsewhere = [k for k, other in enumerate(fake) if other == index]
        if len(real) != len(fake) or place in elsewhere or not elsewhere:
            continue
        if str(graph.nodes[index].shape) != str(graph.nodes[fake[place]].shape):
            continue
        name = graph.nodes[index].name or loss.spec.tensors["real"]
        first, second = (ORDINALS[min(k, 3)] for k in (place, elsewhere[0]))
        message = f"`{name}` is the critic's {first} input in `real`, and its {second} in `fake`"
        span = findings.document.span(_path(loss, "real"))
        related = (Label(span, "the other order"),) if span else ()
        help = "give both calls their inputs in one order"
        findings.add("GF511", _path(loss, "fake"), message, help, related=related)
        return


def _check_crossed(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """What a critic judges together belongs together."""
    real, fake = (graph.judged(loss.tensors[side]) for side in ("real", "fake"))
    if len(real) != 2 or len(fake) != 2:
        return
    (a, b), (c, d) = ([sources(graph, index) for index in side] for side in (real, fake))
    if not a & b and not c & d and a & d and b & c:
        first, second = (loss.spec.tensors[side] for side in ("real", "fake"))
        message = (
            f"in `{first}` and in `{second}` nothing belongs together, but across them it does"
        )
        help = "exchange their second inputs: such as `D(x, E(x))` and `D(G(z), z)`"
        findings.add("GF512", _path(loss, "fake"), message, help)


def _check_target(graph: Graph, loss: GraphLoss, findings: Findings) -> set[str]:
    """A class is asked for of the samples that have it; the conditions for which another is."""
    swapped: set[str] = set()
    judged = graph.judged(loss.tensors["logits"])
    made_of, asked = sources(graph, *judged[:1]), sources(graph, loss.tensors["target"])
    fields = graph.spec.data.fields if graph.spec.data else {}
    for name, condition in graph.spec.conditions.items():
        if condition.draw == "same":
            continue
        if name in made_of and name not in asked and condition.field in asked:
            message = f"`logits` are of a sample generated under `{name}`, and `target` is "
            message += f"`{condition.field}`"
            findings.add("GF502", _path(loss, "target"), message, f"write `{name}`")
            swapped.add(name)
        of_data = bool(made_of) and made_of <= fields.keys()
        if of_data and name in asked and condition.field not in asked:
            message = f"`logits` are of a sample of the data, and `target` is the drawn `{name}`"
            help = f"write `{condition.field}`, which belongs to the sample"
            findings.add("GF502", _path(loss, "target"), message, help)
    return swapped


def _path(loss: GraphLoss, tensor: str) -> Path:
    return ("losses", loss.name, tensor)
