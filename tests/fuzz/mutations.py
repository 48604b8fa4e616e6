"""Changes that keep a spec a spec: other numbers, layers, options, wiring, kinds, formulas.

Where bytes are changed at random nearly every text is refused; these find what is accepted and
does not train.
"""

from __future__ import annotations

from collections.abc import Callable

from drawing import NUMBERS
from mutations_of_layers import LayerMutations
from mutations_of_tables import TableMutations
from mutations_of_wiring import WiringMutations
from places import DIGITS, Tree, is_formula, is_number, is_text, places

FORMULAS = (
    "({}) + 1",
    "2 * ({})",
    "({}) // 2",
    "({}) - 1",
    "max(1, ({}) // 2)",
    "({}) if true else 1",
    "[{}, 1][0]",
    "min({}, 4)",
    "int(({}) ** 2)",
    "ceil(({}) / 3)",
)
SHAPED = ("channels(prev)", "channels(x)", "height(prev)", "2 * channels(prev)", "width(prev) // 2")
LIVE = ("linear({}, 0, progress)", "({}) * (1 - progress)", "exponential({}, 1e-5, progress)")


class Mutations(LayerMutations, WiringMutations, TableMutations):
    """Mutations of trees; each says whether it found something to change."""

    def apply(self, tree: Tree) -> None:
        """One mutation, drawn until one finds its place."""
        for _ in range(30):
            mutation = self.random.choice(MUTATIONS)
            try:
                found = mutation(self, tree)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                continue  # an earlier mutation has left no such table
            if found:
                self.told.append(mutation.__name__)
                return

    def number(self, tree: Tree) -> bool:
        place = self.pick(p for p in places(tree) if is_number(p))
        if place is None:
            return False
        holder, key = place
        old = holder[key]
        changed = [old + 1, old - 1, 2 * old, old // 2, old / 2, -old, *NUMBERS]
        holder[key] = self.random.choice([new for new in changed if new != old])
        return True

    def formula(self, tree: Tree) -> bool:
        """A number becomes a formula, a formula another one."""
        place = self.pick(p for p in places(tree) if is_number(p) or is_formula(p))
        if place is None:
            return False
        holder, key = place
        kinds = SHAPED if self.random.random() < 0.2 else FORMULAS
        kinds = LIVE if self.random.random() < 0.1 else kinds
        holder[key] = self.random.choice(kinds).format(holder[key])
        return True

    def feedback(self, tree: Tree) -> bool:
        """A number follows a figure of the log."""
        place = self.pick(p for p in places(tree) if is_number(p))
        if place is None:
            return False
        holder, key = place
        of = self.pick(tree["losses"]) + self.random.choice(("", ".critic", ".generator", ".k"))
        low = {"low": 0.1} if self.random.random() < 0.3 else {}
        window = self.random.choice((1, 2))
        holder[key] = {"kind": "plateau", "start": holder[key], "of": of, "window": window, **low}
        return True

    def digits(self, tree: Tree) -> bool:
        """Another number inside of a formula or wiring."""
        place = self.pick(p for p in places(tree) if is_text(p) and DIGITS.search(p[0][p[1]]))
        if place is None:
            return False
        holder, key = place
        found = self.random.choice(list(DIGITS.finditer(holder[key])))
        new = str(self.random.choice(NUMBERS))
        holder[key] = holder[key][: found.start()] + new + holder[key][found.end() :]
        return True

    def truth(self, tree: Tree) -> bool:
        place = self.pick(p for p in places(tree) if isinstance(p[0][p[1]], bool))
        if place is not None:
            place[0][place[1]] = not place[0][place[1]]
        return place is not None


MUTATIONS: list[Callable[[Mutations, Tree], bool]] = [
    *[Mutations.number] * 3,
    *[Mutations.formula, Mutations.digits, Mutations.truth] * 2,
    *[Mutations.option] * 3,
    Mutations.swap_layers,
    Mutations.delete_layer,
    Mutations.copy_layer,
    *[Mutations.new_layer] * 2,
    Mutations.other_block,
    Mutations.loss_sides,
    Mutations.new_loss,
    Mutations.delete_table,
    Mutations.field_kind,
    Mutations.latent_kind,
    Mutations.condition,
    *[Mutations.rename_in_wiring] * 2,
    *[Mutations.wrap_wiring] * 2,
    Mutations.new_wiring,
    Mutations.new_flow,
    Mutations.from_anywhere,
    Mutations.outputs,
    Mutations.like,
    Mutations.players,
    Mutations.schedule,
    Mutations.stages,
    Mutations.feedback,
    Mutations.every,
    Mutations.sample,
    Mutations.data,
]
