"""The interfaces that a plugin fills in: Block, Loss, DataSource, Metric, ... No torch here.

A declaration is a frozen value. Its `params` is a pydantic model whose fields use the types of
`ganforge.plugins.params`, so that formulas arrive as numbers. Code is declared as a `Call` of
`ganforge.plugins.calls`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ganforge.diagnostics.diagnostic import Rule
from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.params import Params
from ganforge.plugins.shapes import Shape, Tensor
from ganforge.plugins.view import Finding, GraphView


@dataclass(frozen=True)
class Block:
    """A block: one layer of a network, or a function in wiring.

    infer: parameters and the shapes of the inputs in, shape of the result out; raises `ShapeError`.
        Without it the block is run on the meta device, and specs that use it need torch to be
        checked.
    module: the call that makes the `nn.Module`, from the same arguments; its forward takes the
        inputs in order.
    function: the call on tensors (`Ref`s named like `inputs`), for blocks without weights and
        state; such a block may be called in wiring. With `function` alone it is a plain line, and
        its parameters may be live numbers: its call gets their values.
    inputs: names of the inputs. The first is unnamed in a layer, the others are its keys; a name
        that ends in "?" may be left out, one that starts with "*" takes all remaining tensors.
    scalars: the names of those inputs that may also be a plain number.
    lists: the names of those inputs that may be lists: it is given them whole, where other
        functions map over lists.
    stateful: has weights, buffers or own randomness: refused as a function in wiring.
    weighted: whether it has weights that `init` and `weights` are about, from the same arguments;
        asked where its parameters have those keys.
    count: how many weights it learns, from the same arguments; needed where PyTorch has no such
        module. Tables and pictures show it; without it they have "-" or "at least".
    learns: whether it has weights that training moves, by its parameters; asked where it is
        `stateful`.
    shift: whether it adds a learned shift, so that a layer in front of it needs no bias.
    channels_last: whether it runs faster in that memory format, by its parameters; None where that
        does not matter.
    overwritable: its backward does not need its own output: an activation may overwrite that.
    inplace: whether its module takes `inplace=True`.
    cuts_gradient: no gradient flows through it to its inputs (`detach`).
    sampling: the names of those parameters that act in samples alone: a run's samples may be made
        with others than it was trained with.
    draws: a function whose last input is random: the shape of that input per sample, from the same
        arguments. It is drawn with the latents, up front.
    drawn: what that is drawn from: uniform in 0..1, or N(0, 1).
    pretrained: for weights that are not trained here: by its parameters the file that they are
        read from, empty where they are random. Its module has `prepare()`, which reads them, and is
        called before training; what needs them earlier calls it itself.
    chosen_by: of a function that mixes two lists at random, the one that takes from the second what
        stands from `start` up to `end`: `ganforge sample --styles` shows it.
    requires: libraries by the name that Python imports, such as `kornia`: scripts import them,
        where they take over the source of everything else.
    example: a layer as a spec has it, `{ block = "conv", out = 64 }`, or a line of wiring for a
        function; without it one is made of the parameters that must be given.
    untruncated: of a layer that makes samples less varied than training does, the parameters with
        which it does not, such as `{"psi": 1.0}`: metrics of latents take these.

    What practice is checked by (GF7xx):

    mixes_batch: what it gives for one sample depends on the others of the batch, in training.
    twice_differentiable: a gradient through it has a gradient, as gradient penalties need.
    spreads: kernel and stride, by its parameters, where each pixel is spread over a kernel of
        pixels, as transposed convolutions do.
    augments: it changes samples at random, which shall happen to real and generated ones alike.

    Bounds of its values are the business of `infer`: it gives a `Tensor` with a `range`.
    """

    name: str
    summary: str
    params: type[Params] = Params
    infer: Callable[..., Shape] | None = None
    module: Callable[..., Call] | None = None
    function: Callable[..., Call] | None = None
    inputs: tuple[str, ...] = ("x",)
    scalars: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    stateful: bool = False
    weighted: Callable[..., bool] = lambda params, *inputs: True
    count: Callable[..., int] | None = None
    learns: Callable[[Any], bool] = lambda params: True
    shift: Callable[[Any], bool] = lambda params: False
    random: bool = False
    channels_last: Callable[[Any], bool | None] = lambda params: None
    overwritable: bool = False
    inplace: Callable[[Any], bool] = lambda params: False
    cuts_gradient: bool = False
    sampling: tuple[str, ...] = ()
    draws: Callable[..., tuple[int, ...]] | None = None
    drawn: Literal["uniform", "normal"] = "uniform"
    mixes_batch: bool = False
    twice_differentiable: bool = True
    spreads: Callable[[Any], tuple[int, int] | None] = lambda params: None
    augments: bool = False
    pretrained: Callable[[Any], str] | None = None
    chosen_by: str = ""
    requires: tuple[str, ...] = ()
    example: str = ""
    untruncated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identifier(self) -> str:
        """Its name as programs hold it: without a distribution."""
        return self.name.rpartition("/")[2].replace("-", "_")


def input_names(block: Block, count: int) -> list[str]:
    """The names of a block's inputs as its function's `Ref`s have them; `*x` is x0, x1, ..."""
    names = [name.removesuffix("?") for name in block.inputs if not name.startswith("*")]
    star = next((name[1:] for name in block.inputs if name.startswith("*")), None)
    if star is not None:
        names += [f"{star}{k}" for k in range(count - len(names))]
    return names[:count]


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a loss in the program. `side` says whom it moves: the critic, the generator's side,
    or all it reaches.

    differentiates: the names of the tensors by which `value` takes a gradient of its own.
    moves_makers: whether it also moves the networks that make these tensors, as no penalty of a
        critic does.
    draws: normal numbers, drawn with the latents: by the name that a `Ref` has for them, the tensor
        in whose shape they are.
    constant: the names of the tensors to which `value` lets no gradient flow.
    with_real: the value where a network that can learn lies upstream of `real` too, for a term of
        the generator's side that would not name `real`.
    replays: the names of the tensors that are scores of other samples here: the loss's module is
        called with two uniform numbers per sample, (B, 2), and what the critic judges, and the
        critic judges what it gives back.

    What practice is checked by (GF7xx):

    logits: the names of the tensors that are taken as numbers without bounds: a sigmoid or softmax
        before them is a mistake.
    lipschitz: it is a distance for Lipschitz critics alone.
    saturates: the surer the critic is, the less the generator's side can learn from it.
    gradient_norm: to what the norm of the gradient by `differentiates` is drawn.
    reaches: by the name of a tensor, the value up to which it can rise before the term has its
        end, such as the margin of an energy.
    errors: the names of the tensors that are errors, which are never below 0.
    """

    side: Literal["critic", "generator", "all"]
    value: Call
    differentiates: tuple[str, ...] = ()
    moves_makers: bool = False
    draws: Mapping[str, str] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    replays: tuple[str, ...] = ()
    with_real: Call | None = None
    logits: tuple[str, ...] = ()
    lipschitz: bool = False
    saturates: bool = False
    gradient_norm: float | None = None
    reaches: Mapping[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def _no_module(params: Any) -> Call | None:
    return None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a table of tensors, such as `codes = { c = "guess.c" }`: a latent and what stands
    beside it, each as an argument of a `Call` and with its shape.
    """

    name: str
    latent: Ref
    tensor: Ref
    latent_shape: Tensor
    tensor_shape: Tensor


@dataclass(frozen=True)
class Loss:
    """A loss: parameters, the tensors it takes (as `Ref`s in the calls of `terms`), and what each
    side minimises.

    networks: keys that hold a list of networks, such as `["G"]`, or of their layers by id,
        `["G.shared"]`. A `Ref` of such a key is a list of their weights as they are learned, of
        convolutions, linear layers and embeddings, (outputs, ...) each. What names it in a call
        moves these networks. The spec leaves layers out by `except`.
    tables: keys that hold a table from latents to tensors. `terms` is then also given each table
        by its name, as a tuple of `Entry`, and may raise `ShapeError` with `at` an entry's tensor.
    module: the call that makes the `nn.Module` in which the loss keeps what it remembers, as
        buffers; None where it remembers nothing. Checkpoints hold it. In `terms` the targets
        `self` and `self.method` call it. It updates its buffers where it is called, without
        `.item()`. A term that `replays` adds one sample of each stored tensor to its arguments.
    classes: the names of those tensors that are classes; all others are numbers.
    unlabelled: tensors whose classes may be -1, of samples without a label.
    inspected: tensors on whose shape `terms` depends: it is given each as a `Tensor` by its name,
        and may raise `ShapeError` with `at` a tensor or a key of the loss.
    reports: buffers of the module that stand in the log beside the loss, as `LOSS.NAME`.
    figures: what a live number may follow beside losses and reports: by name, a call on the tensors
        that each term of the critic names, which gives one number.
    relation: what `reconstruction` is to `original`: its way there and back (`cycle`), or its image
        under a map into its own domain (`identity`).
    scores: tensors that are the scores of a critic and nothing else, for a loss without `real` and
        `fake`.
    judges: tensors whose outermost calls in common are the critic, for terms with a side in a loss
        without `real` and `fake`.
    alike: two tensors that have one shape, and are not the same.
    lists: tensors that may be lists; of those `terms` is given a `TensorList`, if they are
        `inspected`.
    example: by tensor, what stands for it in an example, where `D(x)` and the like are not what a
        user would write.
    known_as: other names that papers give it, each with what is written for it in a spec.
    requires: as for a block.
    """

    name: str
    summary: str
    params: type[Params]
    tensors: tuple[str, ...]
    terms: Callable[..., tuple[Term, ...]]
    networks: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    module: Callable[[Any], Call | None] = _no_module
    reports: tuple[str, ...] = ()
    figures: Mapping[str, Call] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    inspected: tuple[str, ...] = ()
    relation: Literal["", "cycle", "identity"] = ""
    scores: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    known_as: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Init:
    """How weights start: `function` is called as `function(module, **parameters)` and returns the
    module.

    norms: whether it also starts the scales of norms, by its parameters.
    requires: as for a block.
    """

    name: str
    summary: str
    params: type[Params]
    function: str
    norms: Callable[[Any], bool] = lambda params: False
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parametrization:
    """How weights are computed from what is learned: `function` is called as
    `function(module, **parameters)`, acts on all weights inside the module and returns it; without
    a function weights are learned as they are.

    starts: whether it draws the weights itself, so that `init` is not used.
    bounds: whether it bounds how fast what the layer gives can change (its Lipschitz constant).
    requires: as for a block.
    """

    name: str
    summary: str
    params: type[Params]
    function: str = ""
    starts: bool = False
    bounds: bool = False
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSource:
    """A source of data: `open` names the function of the program that opens it,
    `package.module:name`.

    open_classes: the function that opens it where a field is a class, if that is another one.
    open_named: the function that opens it where a field says `from`, or where there are several
        images; a source without it gives one image a sample.
    open_tiles: the function that opens it where `[data] tiles` cuts images into samples; a source
        without it has images of one size, and opens as ever.
    kinds: the kinds of fields that these functions give.
    reads: by further kind of field, the function that reads such fields beside the images: called
        as the others, it gives by field a tensor (N, ...) of all samples in their order.
    several: those of these kinds of which a sample may have several: (N, K, ...), of which training
        takes one at each visit, and else the first counts.
    names: by kind of field, what `from` may say, if that is known before it is opened. lengths: of
        these by name, how many values such a vector has at most.
    attributes: the names of its attributes, if they are known before it is opened.
    takes_path: whether `--data NAME:PATH` gives a path. endless: makes as many samples as `count`
        asks for. requires: as for a block.
    """

    name: str
    summary: str
    params: type[Params]
    open: str
    open_classes: str = ""
    open_named: str = ""
    open_tiles: str = ""
    kinds: tuple[str, ...] = ("image", "class")
    reads: Mapping[str, str] = field(default_factory=dict)
    several: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    takes_path: bool = True
    endless: bool = False
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A figure of `ganforge eval`.

    measure: names the function, `package.module:name`. It is called with a `Compared` of
        `ganforge.metrics.figures`: real images and samples, as it `sees` them, and the seed. It
        gives a number, or a mapping with the number as `value` and what else the record says.
    sees: `features` of an extractor, `images` as bytes, or both. A figure of images alone needs no
        extractor, and its name carries none. Or `pairs`: bytes of originals and of what shall come
        near to each, where the spec has `[sample] original`.
    classes: whether it needs samples that are made by class, of an extractor that knows these.
    least: so many images of either side are needed.
    best: the figure of samples that are as real images are, if there is one: the kit of
        `ganforge.testing` holds it to that, and worse samples to being farther from it.
    """

    name: str
    summary: str
    measure: str
    classes: bool = False
    least: int = 2
    sees: tuple[Literal["features", "images", "pairs"], ...] = ("features",)
    best: float | None = None


@dataclass(frozen=True)
class SpecFile:
    """A spec that is found by its name, and extended by it, as those of ganforge are.

    file: its TOML file, in the plugin's package: `Path(__file__).with_name("mine.toml")`.
    """

    name: str
    file: str | Path

    @property
    def summary(self) -> str:
        """Its title; empty where it has none, or cannot be read."""
        try:
            gan = tomllib.loads(Path(self.file).read_text("utf-8")).get("gan", {})
        except (OSError, ValueError):
            return ""
        return str(gan.get("title", "")) if isinstance(gan, dict) else ""


@dataclass(frozen=True)
class Check:
    """A rule and what finds its breaches. The code is of the plugin's own, such as `YLG001`.

    find: looks at a sound spec's graph, and gives what it finds.
    """

    rule: Rule
    find: Callable[[GraphView], Iterable[Finding]]

    @property
    def name(self) -> str:
        """Its code."""
        return self.rule.code

    @property
    def summary(self) -> str:
        return self.rule.says


@dataclass(frozen=True)
class Command:
    """A command of `ganforge`: `target` names a click command, `package.module:name`, which is
    imported when it is called.
    """

    name: str
    summary: str
    target: str
