"""What `ganforge sample` shows: a run's own grid, or another that its options ask for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.codegen.sample_sources import asked_class, classes_of
from ganforge.errors import CannotStart
from ganforge.locate import compile_sound
from ganforge.plan import Plan, build_plan
from ganforge.runs import folder as folders
from ganforge.runs.loading import Loaded, load_run
from ganforge.runs.mixing import check_styles, mixing_grid

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Shown:
    """Options in place of the spec's: a sweep such as `u[0]`, and the classes of the rows; and
    settings as `--set` takes them. styles: from which to which one, left out, the styles of rows
    are copied to those of columns.
    """

    rows: str | None = None
    columns: str | None = None
    classes: tuple[int, ...] = ()
    settings: tuple[str, ...] = ()
    styles: tuple[int, int | None] | None = None

    def overrides(self, plan: Plan) -> tuple[str, ...]:
        """As `--set` takes them. Raises `CannotStart` where there are no such classes."""
        given = list(self.settings)
        if self.styles is not None:
            if self.rows or self.columns or self.classes:
                raise CannotStart("`--styles` says what rows and columns show: leave others out")
            return (*given, *mixing_grid(plan, *self.styles))
        given += [
            f"sample.{key}={{ of = {json.dumps(of)} }}"
            for key, of in (("rows", self.rows), ("columns", self.columns))
            if of is not None
        ]
        if not self.classes:
            return tuple(given)
        if self.rows is not None:
            raise CannotStart("`--class` says what rows show: leave `--class` or `--rows` out")
        name = checked_classes(plan, self.classes)
        values = f"{{ of = {json.dumps(name)}, values = {list(self.classes)} }}"
        return (*given, f"sample.rows={values}")


def check_picture(path: Path) -> None:
    """Raises `CannotStart` where no picture can have this name."""
    from PIL import Image

    if path.suffix.lower() not in Image.registered_extensions():
        raise CannotStart(f"{path} is no name of a picture: end it in `.png`")


def checked_classes(plan: Plan, classes: Sequence[int]) -> str:
    """The condition that samples are asked for. Raises `CannotStart` where there are no such
    classes.
    """
    name = asked_class(plan)
    if name is None:
        model = plan.graph.spec.gan.name
        raise CannotStart(f"`{model}` has no classes to ask for: leave them out")
    count = classes_of(plan, name) or 0
    for value in classes:
        if not 0 <= value < count:
            raise CannotStart(
                f"there is no class {value}: `{name}` has {count}, from 0 to {count - 1}"
            )
    return name


def asked_for(loaded: Loaded, count: int, classes: Sequence[int]) -> tuple[Tensor, ...]:
    """The last argument of the program's `sample`: these classes in turn; nothing for none.

    Raises `CannotStart` where there are no such classes.
    """
    import torch

    if not classes:
        return ()
    checked_classes(build_plan(loaded.graph), classes)
    asked = [classes[k % len(classes)] for k in range(count)]
    return (torch.tensor(asked, device=loaded.state.noise.device),)


def load_shown(folder: Path, device: str, shown: Shown) -> Loaded:
    """A run whose program shows what is asked for. Raises `CannotStart` where it cannot."""
    folders.read_about(folder)
    plan = compile_sound(folder).plan
    assert plan is not None
    loaded = load_run(folder, device, shown.overrides(plan))
    if shown.styles is not None:
        check_styles(loaded, *shown.styles)
    return loaded
