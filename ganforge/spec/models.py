"""One pydantic model per table of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ganforge.document import Document
from ganforge.formula.evaluate import Scope, Value
from ganforge.plugins.declarations import DataSource, Loss
from ganforge.plugins.live import Live, LiveBeta, LiveCount, LivePair, LiveRate, LiveShare
from ganforge.plugins.params import (
    PLAIN,
    Bool,
    Float,
    Floats,
    InitRef,
    Int,
    Ints,
    Levels,
    Params,
    Positive,
    Weights,
    Word,
)
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.label_noise import CorruptTable, NoiseTable
from ganforge.spec.priors import AnyLatent

Range = tuple[float, float]
MOST_LEVELS = 20
"""A table of `[stages]` has at most so many levels."""


class GanTable(Params):
    """`[gan]`: what the spec is."""

    name: str = Field(default="gan", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)
    title: str = ""
    paper: str = ""
    notes: str = ""


def _square(value: object) -> object:
    if isinstance(value, int | float):
        return [value, value]
    listed = isinstance(value, str) and value.lstrip().startswith("[")
    return [value, value] if isinstance(value, str) and not listed else value


def _two_sides(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(value) != 2 or min(value) < 1 or max(value) > 16_384:
        message = "an image's size is one number or [height, width], each from 1 to 16384"
        context = {"message": message, "help": "such as `size = 64`"}
        raise PydanticCustomError("GF115", "{message}", context)
    return value


ImageSize = Annotated[
    Ints,
    BeforeValidator(_square, json_schema_input_type=int | list[Any] | str),
    AfterValidator(_two_sides),
]
"""Height and width, or one number for both."""


class ImageField(Params):
    """An image of every sample: float32 `(channels, height, width)` in `range`."""

    kind: Literal["image"]
    channels: Positive = 3
    size: ImageSize
    range: tuple[Float, Float] = (-1.0, 1.0)
    source: Word | None = Field(default=None, alias="from", min_length=1)

    @field_validator("range")
    @classmethod
    def _ordered(cls, value: Range) -> Range:
        if not value[0] < value[1]:
            message = "a range is [low, high] with low below high"
            help = "such as `range = [-1, 1]`"
            raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
        return value


class ClassField(Params):
    """A class index of every sample: int64, from 0 to `classes` - 1."""

    kind: Literal["class"]
    classes: Positive
    labelled: Positive | None = None
    labelled_share: Float | None = Field(default=None, gt=0, lt=1)
    corrupt: CorruptTable | None = None
    source: Word | None = Field(default=None, alias="from", min_length=1)


AnyField = ImageField | ClassField | AttributesField | VectorField


class DataTable(Params):
    """`[data]`: what holds for every source."""

    count: Positive = 50_000
    paired: Bool = True
    load_size: ImageSize | None = None
    crop: Literal["center", "random"] = "center"
    tiles: Bool = False
    flip: Bool = False
    dequantize: Bool = False
    holdout: Float | None = Field(default=None, gt=0)

    @field_validator("holdout")
    @classmethod
    def _whole_or_share(cls, value: float | None) -> float | None:
        if value is not None and value > 1 and value != int(value):
            message = "what is held out is a whole number of samples, or a share below 1"
            help = "such as `holdout = 1000` or `holdout = 0.1`"
            raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
        return value


class Condition(Params):
    """The condition under which samples are generated: a class, drawn uniformly, or any field as
    the data has it (another sample's), from the batch in another order, or the sample's own.
    """

    field: Word
    draw: Literal["uniform", "data", "shuffle", "same"] = "uniform"
    noise: NoiseTable | None = None


class NetworkTable(Params):
    """`[networks.NAME]`: a graph of layers."""

    inputs: list[str] = Field(default=["x"], min_length=1)
    layers: list[dict[str, Any]] = Field(default=[])
    outputs: dict[str, str] | str | None = None
    init: InitRef | None = None
    weights: Weights = Field(default=PLAIN)
    defaults: dict[str, dict[str, Any]] = Field(default={})
    frozen: Bool = False
    like: str | None = None


class BlockTable(Params):
    """`[blocks.NAME]`: a composite block."""

    inputs: list[str] = Field(default=["x"], min_length=1)
    params: dict[str, Any] = Field(default={})
    layers: list[dict[str, Any]]
    outputs: dict[str, str] | str | None = None
    defaults: dict[str, dict[str, Any]] = Field(default={})


class Optimizer(Params):
    """What every optimiser has."""

    lr: LiveRate = 1e-3
    weight_decay: LiveRate = 0.0


class Sgd(Optimizer):
    """Stochastic gradient descent."""

    kind: Literal["sgd"]
    momentum: LiveShare = 0.0
    nesterov: Bool = False

    @field_validator("nesterov")
    @classmethod
    def _needs_momentum(cls, nesterov: bool, info: ValidationInfo) -> bool:
        if nesterov and info.data.get("momentum") == 0:
            message, help = "it needs a momentum, and that is 0", "write `momentum = 0.9` beside it"
            raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
        return nesterov


class Adam(Optimizer):
    """Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980)."""

    kind: Literal["adam"]
    betas: LivePair = (0.9, 0.999)
    eps: Float = Field(default=1e-8, ge=0)


class RmsProp(Optimizer):
    """RMSprop."""

    kind: Literal["rmsprop"]
    alpha: LiveBeta = 0.99
    momentum: LiveShare = 0.0
    eps: Float = Field(default=1e-8, ge=0)


class Ema(Params):
    """A moving average of the generator's side: by `decay` per round, or by half-life in kimg."""

    decay: LiveShare | None = None
    half_life_kimg: LiveRate | None = None
    start: Int = Field(default=0, ge=0)


class Monitor(Params):
    """Whose singular values are watched, and when they end training."""

    networks: list[str] = Field(min_length=1)
    stop: Float | None = Field(default=None, gt=1)


class PlayerTable(Params):
    """`[train.players.NAME]`: what differs for one player."""

    networks: list[str] | None = None
    steps: LiveCount = 1
    batch: Positive | None = None
    clip_weights: Float | None = Field(default=None, gt=0)
    clip_gradients: Float | None = Field(default=None, gt=0)
    optimizer: dict[str, Any] | None = None


class TrainTable(Params):
    """`[train]`: how the players move."""

    batch: Positive = 64
    kimg: Float | None = Field(default=None, gt=0)
    rounds: Positive | None = None
    epochs: Float | None = Field(default=None, gt=0)
    optimizer: dict[str, Any] | None = None
    order: list[str] = Field(default=["critic", "generator"])
    update: Literal["alternating", "simultaneous"] = "alternating"
    reuse: Bool = False
    ema: Ema | None = None
    monitor: Monitor | None = None
    players: dict[str, PlayerTable] = Field(default={})


class StageTable(Params):
    """`[stages.NAME]`: what of the spec takes part. Any key of `[train]` may stand beside these."""

    level: Levels | None = Field(default=None, min_length=1, max_length=MOST_LEVELS)
    fade_kimg: Float | None = Field(default=None, gt=0)
    losses: list[str] | None = Field(default=None, min_length=1)
    train: list[str] | None = None
    images: list[str] | None = Field(default=None, min_length=1)
    fresh_optimizers: Bool = False
    init_from: Word | None = Field(default=None, min_length=1)


class SweepTable(Params):
    """What rows or columns of samples run through: a class, or one number of a latent."""

    of: Word
    values: Floats = Field(default=(), max_length=1000)


def _sweep(value: object) -> object:
    return {"of": value} if isinstance(value, str) else value


Swept = Annotated[
    SweepTable | None, BeforeValidator(_sweep, json_schema_input_type=SweepTable | str)
]


class SampleTable(Params):
    """`[sample]`: what a grid of samples shows."""

    images: list[str] = Field(default=[])
    rows: Swept = None
    columns: Swept = None
    latents: dict[str, Any] = Field(default={})
    statistics: Literal["running", "batch", "standing"] = "running"
    original: Word | None = Field(default=None, min_length=1)
    shave: Int = Field(default=0, ge=0)


class LossTable(Params):
    """What every loss has; its kind adds tensors and parameters."""

    kind: str
    weight: Live = 1.0
    every: Positive = 1
    trains: list[str] | None = None
    critic: list[str] | None = Field(default=None, min_length=1)
    left_out: list[str] | None = Field(default=None, alias="except", min_length=1)


@dataclass(frozen=True)
class Data:
    """`[data]`: the source, its options as its declaration reads them, what holds for every source,
    and the fields in declared order.
    """

    source: DataSource
    options: Params
    table: DataTable
    fields: Mapping[str, AnyField]

    @property
    def images(self) -> list[str]:
        """The fields that are images."""
        return [name for name, field in self.fields.items() if isinstance(field, ImageField)]

    @property
    def vectors(self) -> list[str]:
        """The fields that are vectors."""
        return [name for name, field in self.fields.items() if isinstance(field, VectorField)]

    @property
    def domains(self) -> bool:
        """Whether its images are domains without pairs, each visited in an order of its own."""
        return not self.table.paired and len(self.images) > 1

    @property
    def sizes(self) -> dict[str, tuple[int, ...]]:
        """Height and width of the images, by field."""
        return {n: f.size for n, f in self.fields.items() if isinstance(f, ImageField)}


@dataclass(frozen=True)
class LossSpec:
    """A loss of a spec: the declaration of its kind, its wiring and its parameters."""

    declaration: Loss
    table: LossTable
    tensors: Mapping[str, str]
    params: Params
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By key, the networks and layers whose weights it takes."""


@dataclass(frozen=True)
class Stage:
    """One stage of training, in the place of `[train]` alone.

    key: of its table, which may have a stage for each of several levels. level: how far networks
    have grown. fades: whether what is new is faded in.
    """

    name: str
    table: StageTable
    key: str = ""
    level: int | None = None
    fades: bool = False


AnyOptimizer = Sgd | Adam | RmsProp


@dataclass(frozen=True)
class Spec:
    """A spec whose tables, types and bounds are right; names and shapes are the graph's
    business.
    """

    document: Document
    gan: GanTable
    scope: Scope
    """What every formula of the spec may name: the params."""
    data: Data | None
    latents: Mapping[str, AnyLatent]
    conditions: Mapping[str, Condition]
    blocks: Mapping[str, BlockTable]
    networks: Mapping[str, NetworkTable]
    flow: Mapping[str, str]
    losses: Mapping[str, LossSpec]
    train: TrainTable
    optimizers: Mapping[str, AnyOptimizer]
    """By player; the common one under the empty name."""
    sample: SampleTable
    sampled_latents: Mapping[str, AnyLatent]
    """Latents that samples draw differently."""
    sound: bool = True
    """Whether every table could be read."""
    stages: tuple[Stage, ...] = ()
    """In order. Where there are any, `train` and `optimizers` are those of the last."""
    stage: Stage | None = None
    """The one that this is a view of: its losses alone, and its own `train` and `optimizers`."""

    def optimizer(self, player: str) -> AnyOptimizer:
        """The optimiser of a player: its own, else the common one."""
        return self.optimizers.get(player, self.optimizers[""])

    @property
    def params(self) -> Mapping[str, Value]:
        """The values of `[params]`."""
        return self.scope.names
