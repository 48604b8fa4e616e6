"""What the tensors of a loss must have in common, and what a sample must be."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Bundle, Layer, Node, NodeShape
from ganforge.graph.passes.game import listed
from ganforge.graph.passes.gradients import outermost
from ganforge.graph.passes.sizes import deciding
from ganforge.graph.passes.tables import ends as ends_of
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def check_losses(graph: Graph, findings: Findings) -> None:
    """GF310, GF313, GF422 and GF425: real and generated samples, and targets, have one shape.

    Samples are images.
    """
    shapes = _Shapes(graph, findings)
    for loss in graph.losses.values():
        _check_scores(graph, loss, findings)
        known = any(term.loss == loss.name for term in graph.terms)
        if known and loss.has_sides:
            shapes.check_sides(loss)
        elif pair := _compared(loss):
            shapes.check_alike(loss, pair)
        elif {"logits", "target"} <= set(loss.tensors):
            shapes.check_logits(loss)
    for k, index in enumerate(graph.samples):
        _check_sample(graph, index, ("sample", "images", k), findings)


def _check_scores(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """What a loss holds near 0 is a critic's score, not what a generator makes."""
    sides = {side: set[str]() for side in ("critic", "generator")}
    for term in graph.terms:
        sides.get(term.term.side, set()).update(term.moves)
    for tensor in loss.spec.declaration.scores:
        given = outermost(graph, loss.tensors[tensor])
        if given and given <= sides["generator"] - sides["critic"]:
            message = f"`{loss.spec.tensors[tensor]}` is what {listed(given)} makes, and no score"
            critics = sorted(sides["critic"]) or ["D"]
            help = f"give it a critic's score, such as `{critics[0]}({loss.spec.tensors[tensor]})`"
            findings.add("GF422", ("losses", loss.name, tensor), message, help)


def _check_sample(graph: Graph, index: int, path: Path, findings: Findings) -> None:
    shape = graph.nodes[index].shape
    if shape is not None and not (isinstance(shape, Tensor) and _is_picture(shape)):
        message = f"a sample must be an image of 1 or 3 channels, and this is {shape}"
        help = "show another tensor, or take it out of `images`"
        findings.add("GF301", path, message, help)


def _is_picture(shape: Tensor) -> bool:
    return shape.is_image and shape.channels in (1, 3)


@dataclass(frozen=True)
class _Mismatch:
    """A tensor of a loss (`made`) that does not fit another one (`given`), both as nodes."""

    loss: GraphLoss
    tensor: str
    given: int
    made: int
    message: str
    help: str


@dataclass
class _Shapes:
    """Compares the shapes of what losses take. told: the layers at which a finding stands."""

    graph: Graph
    findings: Findings
    told: set[Path] = field(default_factory=set)

    def check_sides(self, loss: GraphLoss) -> None:
        """GF310: a critic judges real and generated samples of one shape."""
        graph = self.graph
        real, fake = (graph.judged(loss.tensors[side]) for side in ("real", "fake"))
        for first, second in zip(real, fake, strict=False):
            a, b = graph.nodes[first].shape, graph.nodes[second].shape
            if isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape != b.shape:
                if (a.classes, b.classes) != (None, None):
                    return  # a class stands where an image should: reported at the call
                if _are_images(a, b) and _is_size_wrong(self.findings):
                    return
                message = f"the critic judges real samples of {a} and generated ones of {b}"
                help = "change the generator's last size, or the field's `size`"
                if b.is_image and a.is_image and a.channels != b.channels:
                    help = "change the generator's last `out`, or the field's `channels`"
                elif a.is_image != b.is_image:
                    help = _of_one_form(a)
                if (layer := _channels_last(graph, a, b)) is not None:
                    node, sizes = layer
                    help = f"channels come first: write `shape = {sizes}`"
                    self.findings.add("GF310", node.path, message, help)
                    return
                self.findings.withdraw("GF309", ("losses", loss.name))
                self._report("GF310", _Mismatch(loss, "fake", first, second, message, help))
                return
        self._check_scores(loss)

    def _check_scores(self, loss: GraphLoss) -> None:
        """GF310: real and generated samples get as many scores. What shall be errors is told so."""
        if any(term.term.errors for term in self.graph.terms if term.loss == loss.name):
            return
        real, fake = (self.graph.nodes[loss.tensors[side]].shape for side in ("real", "fake"))
        if isinstance(real, Tensor) and isinstance(fake, Tensor) and real.shape != fake.shape:
            message = f"real samples get scores of the shape {real}, and generated ones of {fake}"
            help = "give one output of the critic in `real` and in `fake`"
            self.findings.add("GF310", ("losses", loss.name, "fake"), message, help)

    def check_logits(self, loss: GraphLoss) -> None:
        """GF410: one logit for each class, or each attribute."""
        given, made = loss.tensors["target"], loss.tensors["logits"]
        target, logits = (self.graph.nodes[index].shape for index in (given, made))
        if not isinstance(logits, Tensor) or not isinstance(target, Tensor):
            return
        if logits.classes is not None:
            return  # GF503
        if target.attributes:
            count, each = target.size, "attributes"
        elif target.classes is not None:
            count, each = target.classes, "classes"
        else:
            message = f"`target` is {target}, and no class"
            help = "name a field or condition of classes or attributes"
            self.findings.add("GF410", ("losses", loss.name, "target"), message, help)
            return
        if logits.shape != (count,):
            message = f"one logit for each of {count} {each} is needed, and `logits` is {logits}"
            help = "end in a vector, as `linear` gives it"
            if len(logits.shape) == 1:
                help = f"write `out = {count}`"
            self._report("GF410", _Mismatch(loss, "logits", given, made, message, help))

    def check_alike(self, loss: GraphLoss, pair: tuple[str, ...]) -> None:
        """GF313 and GF425: two tensors have one shape, such as a reconstruction and its original,
        and are not the same.
        """
        first, second = pair
        given, made = loss.tensors[first], loss.tensors[second]
        original, result = (self.graph.nodes[index].shape for index in (given, made))
        if any(isinstance(shape, Bundle) or shape is None for shape in (original, result)):
            return
        if given == made:
            message = (
                f"`{first}` and `{second}` are one tensor: the loss `{loss.name}` says nothing"
            )
            help = "compare two; `fresh(D(x))` is another pass, with dropout of its own"
            self.findings.withdraw("GF401", ("losses", loss.name))
            self.findings.add("GF425", ("losses", loss.name, second), message, help)
            return
        if _is_class(original) and _is_class(result):
            return  # GF503
        resized = _are_images(original, result) and _is_size_wrong(self.findings)
        if str(original) == str(result) or resized:
            return
        message = f"`{first}` is {_shown(original)} and `{second}` is {_shown(result)}"
        if any(d.code == "GF313" and d.message == message for d in self.findings.items):
            return  # the same maps in another loss
        self.findings.withdraw("GF401", ("losses", loss.name))
        help = "bring both to one shape"
        if isinstance(original, Tensor) and isinstance(result, Tensor):
            self._report("GF313", _Mismatch(loss, second, given, made, message, help))
        else:
            self.findings.add("GF313", ("losses", loss.name, second), message, help)

    def _report(self, code: str, found: _Mismatch) -> None:
        """A finding at the layer that decides the size of what is made, once for all that a network
        makes of that size; at the loss, where no layer does.
        """
        path: Path = ("losses", found.loss.name, found.tensor)
        wanted = self.graph.nodes[found.given].shape
        of_classes = isinstance(wanted, Tensor) and wanted.classes is not None
        layer = deciding(self.graph, found.made, wanted)
        if layer is None or (of_classes and code == "GF313"):
            labels = ends_of(self.graph, (found.given, found.made), self.findings)
            self.findings.add(code, path, found.message, found.help, related=labels)
        elif layer not in self.told:
            self.told.add(layer)
            used = self.findings.document.span(path)
            given = ends_of(self.graph, (found.given,), self.findings)
            labels = (*given, *([Label(used, "compared here")] if used else ()))
            self.findings.add(code, layer, found.message, found.help, related=labels)


def _of_one_form(real: Tensor) -> str:
    """How what is generated becomes a vector or an image, as real samples are."""
    if real.is_image:
        return f'end with `{{ block = "reshape", shape = {list(real.shape)} }}`'
    return 'end with a vector: `{ block = "flatten" }` makes one of an image'


def _channels_last(graph: Graph, real: Tensor, fake: Tensor) -> tuple[Node, list[int]] | None:
    """A layer that puts the channels behind height and width, which shows in the sides of what is
    made; and its sizes in order.
    """
    if not real.is_image or not fake.is_image or fake.height == fake.width:
        return None
    for network in graph.networks.values():
        for node in network.body.nodes:
            layer, shape = node.operation, node.shape
            if not isinstance(layer, Layer) or not hasattr(layer.params, "shape"):
                continue
            if isinstance(shape, Tensor) and shape.is_image and shape.channels == shape.height:
                height, width = shape.height, shape.width
                if width > height and fake.width * height == fake.height * width:
                    return node, [width, height, height]
    return None


def _compared(loss: GraphLoss) -> tuple[str, ...]:
    """The two tensors of a loss that must have one shape."""
    pair = ("original", "reconstruction")
    return pair if set(pair) <= set(loss.tensors) else loss.spec.declaration.alike


def _is_class(shape: NodeShape) -> bool:
    return isinstance(shape, Tensor) and shape.classes is not None


def _shown(shape: NodeShape) -> str:
    return f"{'a ' if _is_class(shape) else ''}{shape}"


def _are_images(*shapes: NodeShape) -> bool:
    """Whether all are images of as many channels, which differ in height and width alone."""
    images = [shape for shape in shapes if isinstance(shape, Tensor) and shape.is_image]
    return len(images) == len(shapes) and len({image.channels for image in images}) == 1


def _is_size_wrong(findings: Findings) -> bool:
    """Whether some network cannot take the size of the images; other sizes follow from that."""
    return any(d.code in ("GF304", "GF305", "GF306") for d in findings.items)
