"""What holds for each block: a block without a sample here fails the first test."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganforge.plugins import LabelNoise, ShapeError, Tensor, TensorList
from ganforge_blocks.plugin import ganforge_register_blocks

BLOCKS = {block.name: block for block in ganforge_register_blocks()}
VECTOR, IMAGE, CLASS = Tensor((12,)), Tensor((4, 6, 8)), Tensor((), classes=5)
PAIRS = LabelNoise(0.3, ((0, 1), (1, 0), (2, 1)))
CLEAN = replace(CLASS, noise=LabelNoise(0.3))
NOISY = [LabelNoise(0.3, noisy=True), replace(PAIRS, noisy=True)]
SAMPLES: dict[str, list[tuple[dict[str, Any], list[Tensor]]]] = {
    "conv": [
        ({"out": 5}, [IMAGE]),
        ({"out": 6, "kernel": 4, "stride": 2, "groups": 2, "bias": False}, [IMAGE]),
        ({"out": 5, "kernel": 5, "padding_mode": "reflect"}, [IMAGE]),
        ({"out": 5, "kernel": 4, "padding": "tf-same", "padding_mode": "replicate"}, [IMAGE]),
        ({"out": 5, "kernel": 5, "stride": 3, "padding": "tf-same"}, [IMAGE]),
        ({"out": 5, "kernel": 3, "padding": 0}, [IMAGE]),
    ],
    "conv-transpose": [
        ({"out": 5, "stride": 2}, [IMAGE]),
        ({"out": 5, "kernel": 4, "stride": 1, "padding": 0, "bias": False}, [Tensor((7, 1, 1))]),
        ({"out": 5, "kernel": 5, "stride": 2, "padding": "tf-same"}, [IMAGE]),
        ({"out": 5, "kernel": 2, "stride": 3}, [IMAGE]),
    ],
    "linear": [({"out": 5}, [VECTOR]), ({"out": 5, "bias": False}, [IMAGE])],
    "maxout": [({"out": 5, "pieces": 3}, [VECTOR]), ({"out": 5, "pieces": 2}, [IMAGE])],
    "embedding": [({"out": 3}, [CLASS])],
    "one-hot": [({}, [CLASS])],
    "bias": [({}, [IMAGE]), ({"init": {"kind": "normal", "std": 2}}, [VECTOR])],
    "scale": [({}, [IMAGE]), ({"init": "zeros"}, [VECTOR])],
    "constant": [
        ({"shape": [3, 4, 4]}, [VECTOR]),
        ({"shape": [7], "init": {"kind": "normal", "std": 1}}, [IMAGE]),
    ],
    "batch-norm": [({}, [IMAGE]), ({"affine": False}, [VECTOR]), ({}, [Tensor((3, 5))])],
    "instance-norm": [({}, [IMAGE]), ({"affine": True, "track": True}, [IMAGE])],
    "layer-norm": [({}, [IMAGE]), ({"affine": False}, [VECTOR]), ({}, [Tensor((3, 5))])],
    "group-norm": [({"groups": 2}, [IMAGE]), ({"groups": 3, "affine": False}, [VECTOR])],
    "pixel-norm": [({}, [IMAGE]), ({"eps": 1e-5}, [VECTOR])],
    "conditional-batch-norm": [({}, [IMAGE, CLASS]), ({"eps": 1e-4}, [IMAGE, VECTOR])],
    "projection": [({}, [VECTOR, CLASS]), ({}, [VECTOR, Tensor((7,))])],
    "relu": [({}, [IMAGE]), ({}, [Tensor(())])],
    "leaky-relu": [({}, [IMAGE]), ({"slope": 0.01}, [VECTOR])],
    "elu": [({}, [IMAGE])],
    "prelu": [({}, [IMAGE]), ({}, [VECTOR])],
    "tanh": [({}, [IMAGE])],
    "sigmoid": [({}, [IMAGE])],
    "softmax": [({}, [IMAGE]), ({}, [VECTOR])],
    "swish": [({}, [IMAGE])],
    "glu": [({}, [IMAGE]), ({}, [VECTOR])],
    "dropout": [
        ({"rate": 0.5}, [VECTOR]),
        ({"rate": 0.2, "spatial": True}, [IMAGE]),
        ({"rate": 0.5, "always": True}, [IMAGE]),
        ({"rate": 0.5, "always": True, "spatial": True}, [IMAGE]),
    ],
    "gaussian-noise": [({"std": 0.1}, [IMAGE])],
    "reshape": [
        ({"shape": [-1, 2, 2]}, [VECTOR]),
        ({"shape": [2, -1]}, [IMAGE]),
        ({"shape": [192]}, [IMAGE]),
        ({"shape": [1]}, [Tensor(())]),
    ],
    "flatten": [({}, [IMAGE]), ({}, [VECTOR])],
    "pixel-shuffle": [({}, [IMAGE])],
    "pad": [
        ({"sides": [1, 0, 2, 3]}, [IMAGE]),
        ({"sides": [1, 2, 0, 1], "mode": "reflect"}, [IMAGE]),
        ({"sides": [9, 2, 0, 1], "mode": "replicate"}, [IMAGE]),
    ],
    "crop": [({"sides": [1, 0, 2, 3]}, [IMAGE])],
    "upsample": [
        ({}, [IMAGE]),
        ({"scale": 3, "mode": "bilinear"}, [IMAGE]),
        ({"mode": "bicubic"}, [IMAGE]),
    ],
    "downsample": [({}, [IMAGE])],
    "resize": [({"size": 5}, [IMAGE]), ({"size": 9, "mode": "bilinear"}, [IMAGE])],
    "blur": [({}, [IMAGE]), ({"kernel": [1, 3, 3, 1]}, [IMAGE])],
    "max-pool": [({}, [IMAGE]), ({"size": 3}, [IMAGE])],
    "avg-pool": [({"size": 4}, [IMAGE])],
    "global-average": [({}, [IMAGE])],
    "global-sum": [({}, [IMAGE])],
    "concat": [({}, [IMAGE, Tensor((1, 6, 8))]), ({}, [VECTOR, VECTOR, VECTOR])],
    "split": [({"parts": 2}, [IMAGE]), ({"parts": 3}, [VECTOR])],
    "repeat": [({"count": 3}, [VECTOR])],
    "tile": [({}, [VECTOR, IMAGE])],
    "detach": [({}, [IMAGE]), ({}, [CLASS])],
    "roll": [({}, [IMAGE]), ({}, [CLASS])],
    "corrupt": [({}, [CLEAN, Tensor(())]), ({}, [replace(CLEAN, noise=PAIRS), Tensor(())])],
    "clean": [({}, [replace(CLEAN, noise=noise), Tensor(())]) for noise in NOISY],
    "lerp": [({}, [IMAGE, IMAGE, Tensor(())]), ({}, [VECTOR, VECTOR, VECTOR])],
    "interpolate": [({}, [IMAGE, IMAGE, Tensor((1, 1, 1))])],
    "squared-error": [({}, [IMAGE, IMAGE]), ({"norm": "l2"}, [VECTOR, VECTOR])],
    "absolute-error": [({}, [IMAGE, IMAGE]), ({"norm": "sum"}, [VECTOR, VECTOR])],
}
CASES = [(name, *sample) for name, samples in SAMPLES.items() for sample in samples]
MODULES = [case for case in CASES if BLOCKS[case[0]].module]
FUNCTIONS = [case for case in CASES if BLOCKS[case[0]].function]
BOTH = [case for case in MODULES if BLOCKS[case[0]].function]
LEARNED = [
    (name, values, shapes)
    for name, values, shapes in MODULES
    if BLOCKS[name].stateful and not BLOCKS[name].random
    if values.get("affine", name != "instance-norm")
]
CODES = {f"GF{code}" for code in (115, 217, *range(301, 309), 311, 313, 314, 503, 505, 506)}


def cases(chosen: list[tuple[Any, ...]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "values", "shapes"), chosen)


def drawn(shape: Tensor) -> torch.Tensor:
    if shape.classes is not None:
        return torch.randint(shape.classes, (2, *shape.shape))
    return torch.randn(2, *shape.shape)


def shapes_of(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return tuple(value.shape[1:])
    return [shapes_of(item) for item in value]


def declared(shape: Any) -> Any:
    return [declared(s) for s in shape.items] if isinstance(shape, TensorList) else shape.shape


def test_every_block_has_a_sample() -> None:
    assert set(SAMPLES) == set(BLOCKS)


def test_every_block_can_be_made() -> None:
    for block in BLOCKS.values():
        assert block.infer is not None
        assert block.module or block.function
        assert block.stateful != (block.function is not None), block.name


@cases(CASES)
def test_declared_shape_is_the_real_one(name, values, shapes, read, execute, apply) -> None:
    block, params = BLOCKS[name], read(BLOCKS[name], **values)
    expected, tensors = declared(block.infer(params, *shapes)), [drawn(s) for s in shapes]
    if block.module:
        assert shapes_of(execute(block.module(params, *shapes))(*tensors)) == expected
    if block.function:
        assert shapes_of(apply(block, params, tensors, shapes)) == expected


@cases(BOTH)
def test_function_equals_module(name, values, shapes, read, execute, apply) -> None:
    block, params = BLOCKS[name], read(BLOCKS[name], **values)
    tensors = [drawn(s) for s in shapes]
    module = execute(block.module(params, *shapes))
    torch.testing.assert_close(module(*tensors), apply(block, params, tensors, shapes))
    assert not module.state_dict()


@cases(LEARNED)
def test_gradient_reaches_every_parameter(name, values, shapes, read, execute) -> None:
    block, params = BLOCKS[name], read(BLOCKS[name], **values)
    module = execute(block.module(params, *shapes))
    result = module(*[drawn(s) for s in shapes])
    (result * torch.randn_like(result)).sum().backward()
    reached = [p.grad is not None and bool(p.grad.any()) for p in module.parameters()]
    assert reached and all(reached)


@cases(FUNCTIONS)
def test_known_range_holds(name, values, shapes, read, apply) -> None:
    block, params = BLOCKS[name], read(BLOCKS[name], **values)
    bounded = [replace(s, range=None if s.classes else (0.5, 2.0)) for s in shapes]
    shape = block.infer(params, *bounded)
    low, high = getattr(shape, "range", None) or (-torch.inf, torch.inf)
    tensors = [drawn(s) if s.classes else 0.5 + 1.5 * torch.rand(2, *s.shape) for s in shapes]
    result = apply(block, params, tensors, shapes)
    for part in result if isinstance(result, tuple | list) else [result]:
        assert low - 1e-6 <= part.min() <= part.max() <= high + 1e-6


sides = st.integers(0, 40) | st.integers(0, 10**12)
tensor_shapes = st.builds(Tensor, st.lists(sides, max_size=4).map(tuple))
any_shape = (
    tensor_shapes
    | st.builds(lambda k: Tensor((), classes=k), st.integers(1, 10**9))
    | st.builds(lambda items: TensorList(tuple(items)), st.lists(tensor_shapes, max_size=3))
)


@pytest.mark.parametrize("name", BLOCKS)
def test_any_input_gives_a_shape_or_a_known_finding(name, read) -> None:
    block = BLOCKS[name]

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(st.data())
    def check(data) -> None:
        values, shapes = data.draw(st.sampled_from(SAMPLES[name]))
        inputs = [data.draw(any_shape) for _ in shapes]
        try:
            shape = block.infer(read(block, **values), *inputs)
        except ShapeError as error:
            assert error.code in CODES and error.message
        else:
            assert isinstance(shape, Tensor | TensorList)

    check()


def test_declarations_need_no_torch() -> None:
    code = (
        "import sys, ganforge_blocks.plugin as p;"
        "p.ganforge_register_blocks(), p.ganforge_register_losses();"
        "p.ganforge_register_inits(), p.ganforge_register_data_sources();"
        "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
