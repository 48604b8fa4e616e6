"""What every block promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable

from ganforge.testing.cases import Cases
from ganforge.testing.declared import has_schema, is_a_sentence
from ganforge.testing.gradients import can_be_differentiated_twice, passes_gradients
from ganforge.testing.shapes import (
    gives_the_declared_shape,
    keeps_its_range,
    refuses_with_a_known_rule,
)
from ganforge.testing.unmet import Unmet
from ganforge.testing.values import (
    counts_its_weights,
    has_one_meaning,
    is_random_only_where_it_says_so,
    keeps_its_state,
    mixes_samples_only_where_it_says_so,
    moves_between_types_and_devices,
    runs_alone,
)


def has_a_sound_declaration(cases: Cases) -> None:
    """What the fields of the declaration say of each other."""
    block = cases.block
    cases.fixed()
    if block.stateful and block.module is None:
        raise Unmet("it is stateful without a `module`", block.name, "state lies in a `module`")
    is_a_sentence(block.summary, block.name)


def has_a_schema(cases: Cases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.block.params, cases.block.name)


CLAIMS: tuple[Callable[[Cases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    gives_the_declared_shape,
    refuses_with_a_known_rule,
    keeps_its_range,
    has_one_meaning,
    passes_gradients,
    can_be_differentiated_twice,
    keeps_its_state,
    counts_its_weights,
    moves_between_types_and_devices,
    is_random_only_where_it_says_so,
    mixes_samples_only_where_it_says_so,
    runs_alone,
)
