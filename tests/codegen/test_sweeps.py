"""Grids of samples: each row or column has its value, and along a sweep all else is the same."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import torch
from PIL import Image
from torch import Tensor

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry
from ganforge.runs.programs import import_program
from ganforge.runtime.data import first_batch

SPEC = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
x = {{ kind = "image", channels = 1, size = 4 }}
[latents]
z = {{ distribution = "normal", size = 3 }}
c = {{ distribution = "categorical", classes = {classes} }}
u = {{ distribution = {u} }}
[networks.G]
inputs = ["z", "c", "u"]
layers = [
  {{ block = "linear", out = 16, from = "concat(z, one_hot(c), u)" }},
  {{ block = "reshape", shape = [1, 4, 4] }},
]
[networks.D]
layers = [{{ block = "linear", out = 1 }}]
[flow]
fake = "G(z, c, u)"
[losses.adversarial]
kind = "adversarial"
real = "D(x)"
fake = "D(fake)"
[train]
batch = 2
rounds = 3
optimizer = {{ kind = "adam", lr = 2e-4 }}
[sample]
images = {images}
{sample}
"""
UNIFORM = '"uniform", size = 2, low = 0, high = 7'


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def program(
    registry: Registry, sample: str, classes: int = 3, u: str = UNIFORM, images: str = '["fake"]'
) -> ModuleType:
    text = SPEC.format(sample=sample, classes=classes, u=u, images=images)
    compilation = compile_spec(text, registry=registry)
    assert compilation.report.ok, str(compilation.report)
    return import_program(compilation.program().text)


def swept(module: ModuleType, count: int) -> tuple[Tensor, Tensor, Tensor]:
    z, c = torch.arange(3.0 * count).view(count, 3), torch.full((count,), 2)
    given = z, c, torch.full((count, 2), -5.0)
    copies = [part.clone() for part in given]
    result: tuple[Tensor, Tensor, Tensor] = module.sweep(*given)
    assert all(a.equal(b) for a, b in zip(given, copies, strict=True))
    return result


def test_rows_have_a_class_each_and_columns_their_own_draws(registry: Registry) -> None:
    z, c, u = swept(program(registry, 'rows = "c"'), 48)
    assert c.view(6, 8).tolist() == [[row % 3] * 8 for row in range(6)]
    grid = (z[:, 0] / 3).view(6, 8).long().tolist()
    assert grid == [list(range(8))] * 3 + [list(range(8, 16))] * 3
    assert (u == -5).all()


def test_columns_run_over_a_uniform_numbers_range_and_rows_have_their_own_draws(
    registry: Registry,
) -> None:
    z, c, u = swept(program(registry, 'columns = "u[1]"'), 16)
    assert u[:, 1].view(2, 8).tolist() == [[0, 1, 2, 3, 4, 5, 6, 7]] * 2
    assert (u[:, 0] == -5).all() and (c == 2).all()
    assert (z[:, 0] / 3).view(2, 8).long().tolist() == [[0] * 8, [1] * 8]


def test_with_rows_and_columns_one_grid_is_one_draw(registry: Registry) -> None:
    z, c, u = swept(program(registry, 'rows = "c"\ncolumns = "u[0]"'), 48)
    assert (z[:, 0] / 3).long().tolist() == [0] * 24 + [1] * 24
    assert c.view(2, 3, 8).tolist() == [[[row] * 8 for row in range(3)]] * 2
    assert u[:, 0].view(6, 8).tolist() == [[0, 1, 2, 3, 4, 5, 6, 7]] * 6


def test_two_numbers_of_one_latent_can_be_swept(registry: Registry) -> None:
    _, _, u = swept(program(registry, 'rows = "u[0]"\ncolumns = "u[1]"'), 64)
    assert u.view(8, 8, 2).tolist() == [[[r, c] for c in range(8)] for r in range(8)]


@pytest.mark.parametrize(
    ("u", "ends"),
    [
        ('"normal", size = 2', (-2, 2)),
        ('"truncated-normal", size = 2, threshold = 0.5', (-0.5, 0.5)),
        ('"truncated-normal", size = 2, threshold = 3', (-2, 2)),
        ('"uniform", size = 2', (-1, 1)),
        ('"bernoulli", size = 2', (0, 1)),
    ],
)
def test_a_numbers_range_follows_its_distribution(
    registry: Registry, u: str, ends: tuple[float, float]
) -> None:
    _, _, values = swept(program(registry, 'columns = "u[0]"', u=u), 8)
    torch.testing.assert_close(values[:, 0], torch.linspace(*ends, 8))


def test_values_are_those_that_are_listed(registry: Registry) -> None:
    rows = 'rows = { of = "c", values = [2, 0] }\n'
    columns = 'columns = { of = "u[0]", values = [-3, "1 / 2", 3] }'
    _, c, u = swept(program(registry, rows + columns), 6)
    assert c.tolist() == [2, 2, 2, 0, 0, 0]
    assert u[:, 0].tolist() == [-3, 0.5, 3] * 2


@pytest.mark.parametrize(
    ("sample", "classes", "count"),
    [
        ('rows = "c"', 3, 72),
        ('rows = "c"', 10, 80),
        ('rows = "c"', 1000, 128),
        ('columns = "c"', 3, 24),
        ('rows = { of = "c", values = [7] }', 10, 64),
        ('rows = "c"\ncolumns = { of = "u[0]", values = [1, 2] }', 4, 16),
    ],
)
def test_a_grid_shows_every_value_and_has_eight_rows(
    registry: Registry, sample: str, classes: int, count: int
) -> None:
    module = program(registry, sample, classes)
    assert module.save_samples.__defaults__ == (count,)


def test_samples_themselves_are_drawn_and_not_swept(registry: Registry) -> None:
    plain, grid = program(registry, ""), program(registry, 'rows = "c"\ncolumns = "u[0]"')
    state = plain.build(0, torch.device("cpu"))
    assert torch.equal(plain.sample(state, 9, 1), grid.sample(state, 9, 1))
    assert not torch.equal(plain.sample(state, 9, 1), grid.sample(state, 9, 1, swept=True))


def test_samples_may_draw_a_latent_differently(registry: Registry) -> None:
    latents = 'latents = { u = { distribution = "truncated-normal", threshold = 0.1 } }'
    module, noise = program(registry, latents), torch.Generator()
    assert module.draw_u_for_samples(50, noise).abs().max() <= 0.1
    assert module.draw_u(50, noise).max() > 5
    state = module.build(0, torch.device("cpu"))
    assert module.sample(state, 4, 0).shape == (4, 1, 4, 4)


def test_beside_other_images_there_are_fewer_columns(registry: Registry) -> None:
    module = program(registry, 'rows = "c"', images='["fake", "-fake"]')
    _, c, _ = swept(module, 12)
    assert c.tolist() == [0] * 4 + [1] * 4 + [2] * 4


VECTORS = (
    SPEC.replace("[latents]", 'v = {{ kind = "vector", size = 2 }}\n[latents]')
    .replace('inputs = ["z", "c", "u"]', 'inputs = ["z", "c", "u", "v"]')
    .replace("one_hot(c), u)", "one_hot(c), u, v)")
    .replace("G(z, c, u)", "G(z, c, u, v)")
)


def of_vectors(registry: Registry, sample: str, images: str = '["x", "fake"]') -> ModuleType:
    text = VECTORS.format(sample=sample, classes=3, u=UNIFORM, images=images)
    compilation = compile_spec(text, registry=registry)
    assert compilation.report.ok, str(compilation.report)
    return import_program(compilation.program().text)


def numbered(module: ModuleType, count: int) -> list[Tensor]:
    """What `sweep` makes of x, v, z, c and u that are the numbers of their samples."""
    number = torch.arange(float(count))
    x, c = number.view(-1, 1, 1, 1), number.long()
    v, z, u = (number[:, None].expand(-1, size).clone() for size in (2, 3, 2))
    return [values.flatten(1)[:, 0] for values in module.sweep(x, v, z, c[:, None], u)]


@pytest.mark.parametrize(
    ("sample", "data", "drawn"),
    [
        ('rows = "v"', [r for r in range(8) for _ in range(8)], list(range(8)) * 8),
        (
            'rows = { of = "v", values = [5, 3] }',
            [5] * 8 + [3] * 8 + [5] * 8,
            [*range(8), *range(8), *range(8, 16)],
        ),
        ('columns = "v"', [0, 1, 2, 3] * 3, [0] * 4 + [1] * 4 + [2] * 4),
        ('rows = "v"\ncolumns = "u[0]"', [0] * 8 + [1] * 8, [0] * 16),
    ],
)
def test_a_row_or_column_of_vectors_shows_a_sample_of_the_data_with_all_it_has(
    registry: Registry, sample: str, data: list[int], drawn: list[int]
) -> None:
    x, v, z, *_ = numbered(of_vectors(registry, sample), len(data))
    assert x.tolist() == v.tolist() == data
    assert z.tolist() == drawn


def test_a_condition_that_is_the_samples_own_vector_is_swept_as_the_vector_is(
    registry: Registry,
) -> None:
    text = VECTORS.format(sample='rows = "t"', classes=3, u=UNIFORM, images='["fake"]')
    text = text.replace("G(z, c, u, v)", "G(z, c, u, t)")
    text = text.replace(
        "[latents]", '[conditioning]\nt = { field = "v", draw = "same" }\n[latents]'
    )
    found = compile_spec(text, registry=registry)
    assert "shown = cell // 8 % 8" in found.program().text
    other = text.replace('"same"', '"shuffle"')
    assert [d.code for d in compile_spec(other, registry=registry).report.errors] == ["GF507"]


def test_what_is_of_the_data_alone_stands_once_in_a_row_of_vectors(registry: Registry) -> None:
    module = of_vectors(registry, 'rows = "v"')
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    real = first_batch(state, data, 64, 0)
    shown = module.sample(state, real, 64, 0, swept=True).view(8, 9, 16)
    assert shown[:, 0].equal(real["x"][:8].flatten(1) / 127.5 - 1)
    assert module.save_samples.__defaults__ == (64,)


def test_a_grid_of_chosen_samples_reads_as_many_as_it_needs(
    registry: Registry, tmp_path: Path
) -> None:
    module = of_vectors(registry, 'rows = { of = "v", values = [40, 2] }')
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    module.save_samples(state, data, tmp_path / "few.png", 3)
    with Image.open(tmp_path / "few.png") as grid:
        assert grid.size == (9 * 6, 6)


@pytest.mark.parametrize(
    ("sample", "images", "says"),
    [
        ('rows = "v[0]"', '["fake"]', "vectors of the data are shown as they are"),
        ('rows = "v"', '["x"]', "no sample is made from it"),
        ('rows = { of = "v", values = [1000] }', '["fake"]', "are numbers of samples of the data"),
        ('rows = { of = "v", values = [0.5] }', '["fake"]', "are numbers of samples of the data"),
        ('rows = "x"', '["x", "fake"]', "which is no condition or latent"),
    ],
)
def test_vectors_that_cannot_be_swept_are_refused(
    registry: Registry, sample: str, images: str, says: str
) -> None:
    text = VECTORS.format(sample=sample, classes=3, u=UNIFORM, images=images)
    found = compile_spec(text, registry=registry).report.errors
    assert [error.code for error in found] == ["GF507"]
    assert says in found[0].message
