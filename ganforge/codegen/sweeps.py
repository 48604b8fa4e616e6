"""Grids of samples: what stands in which cell, and `sweep`, which fills in the values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import Function
from ganforge.codegen.names import Imports
from ganforge.graph.sweeps import Sweep, sweep_of
from ganforge.plan.plan import Plan
from ganforge.spec.models import SweepTable

ACROSS, DOWN = 8, 8
"""Samples beside each other and below each other, where nothing is swept."""


@dataclass(frozen=True)
class Grid:
    """What the rows and columns of a grid run through, and how many samples it has each way."""

    rows: Sweep | None
    columns: Sweep | None
    across: int
    down: int

    @property
    def count(self) -> int:
        """Samples of the whole grid, which is repeated until it has at least eight rows."""
        return self.across * self.down * -(-DOWN // self.down)


def grid_of(plan: Plan, shown: int) -> Grid:
    """The grid of a plan's samples, each of which shows so many images."""
    sample, room = plan.graph.spec.sample, max(1, ACROSS // shown)
    rows = _sweep(plan, sample.rows, DOWN)
    columns = _sweep(plan, sample.columns, max(2, room))
    return Grid(rows, columns, columns.length if columns else room, rows.length if rows else DOWN)


def _sweep(plan: Plan, table: SweepTable | None, count: int) -> Sweep | None:
    if table is None:
        return None
    graph = plan.graph
    shape = graph.nodes[graph.names[table.of.partition("[")[0]]].shape
    return sweep_of(graph.spec, table, shape, count)


def sweep_function(
    grid: Grid,
    sources: tuple[str, ...],
    local: Mapping[str, str],
    imports: Imports,
    prefix: str = "",
    of_data: Collection[str] = (),
) -> Function:
    """`sweep`: what samples are made from, as a grid shows it.

    of_data: those of the sources that are read from the data.
    """
    names = [local[name] for name in sources]
    swept = [
        (sweep, place)
        for sweep, place in (
            (grid.rows, f"cell // {grid.across} % {grid.down}"),
            (grid.columns, f"cell % {grid.across}"),
        )
        if sweep is not None
    ]
    replaced = {sweep.name for sweep, _ in swept if sweep.replaces}
    together = of_data if any(sweep.of_data for sweep, _ in swept) else ()
    kept = [local[name] for name in sources if name not in {*replaced, *together}]
    first = (kept or names)[0]
    lines = [f"cell = torch.arange(len({first}), device={first}.device)"]
    if kept:
        lines.append(f"held = {_held(grid)}  # the draw that a cell shows")
        lines.append(f"{', '.join(kept)} = {', '.join(f'{name}[held]' for name in kept)}")
    for sweep, place in swept:
        if sweep.of_data:
            read = [local[name] for name in sources if name in together]
            lines.append(f"shown = {_values(sweep, place)}  # the sample of the data")
            lines.append(f"{', '.join(read)} = {', '.join(f'{name}[shown]' for name in read)}")
            continue
        target = local[sweep.name] + ("" if sweep.index is None else f"[:, {sweep.index}]")
        value = f"{target}[{place}]" if sweep.drawn else _values(sweep, place)
        if sweep.attributes is not None:
            change = imports.use("ganforge.runtime.attributes:with_change")
            groups = literal([list(group) for group in sweep.attributes.exclusive])
            value = f"{change}({target}, {value}, exclusive={groups})"
        lines.append(f"{target} = {value}")
    lines.append(f"return {', '.join(names)}")
    kinds = ", ".join("Tensor" for _ in names)
    returns = f"tuple[{kinds}]" if len(names) > 1 else "Tensor"
    arguments = [f"{name}: Tensor" for name in names]
    return Function(f"{prefix}sweep", arguments, returns, _summary(grid), lines)


def _held(grid: Grid) -> str:
    """Which draw a cell takes all that is not swept from."""
    if grid.rows is None:
        return f"cell // {grid.across}"
    if grid.columns is not None:
        return f"cell // {grid.across * grid.down}"
    return f"cell // {grid.across * grid.down} * {grid.across} + cell % {grid.across}"


def _values(sweep: Sweep, place: str) -> str:
    if sweep.index is None and sweep.values == tuple(range(sweep.length)):
        return place
    if sweep.index is None:
        return f"torch.tensor({literal(list(sweep.values))}, device=cell.device)[{place}]"
    if sweep.values:
        values = literal([float(value) for value in sweep.values])
        return f"torch.tensor({values}, device=cell.device)[{place}]"
    ends = f"{literal(sweep.low)}, {literal(sweep.high)}, {sweep.count}"
    return f"torch.linspace({ends}, device=cell.device)[{place}]"


def _named(sweep: Sweep) -> str:
    """What a grid runs through, in a sentence."""
    if sweep.of_data:
        return "sample of the data"
    if sweep.drawn:
        return f"draw of {sweep.name}"
    return sweep.name if sweep.index is None else f"{sweep.name}[{sweep.index}]"


def _summary(grid: Grid) -> str:
    parts = [
        f"one change of {sweep.name} a {what}"
        if sweep.attributes
        else f"one {_named(sweep)} a {what}"
        for sweep, what in ((grid.rows, "row"), (grid.columns, "column"))
        if sweep is not None
    ]
    return f"What samples of a grid are made from: {', '.join(parts)}, all else the same."
