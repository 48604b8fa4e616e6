"""What every rule of a plugin promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.document.names import shipped_names
from ganforge.pipeline import compile_spec
from ganforge.plugins.declarations import Check
from ganforge.plugins.registry import Registry
from ganforge.testing.unmet import Unmet

RuleSample = tuple[str | Path, str | Path]
"""A spec that breaks the rule, and one that does not: files, or texts."""

BASE = """\
ganforge = 1

[data]
source = "shapes"

[data.fields]
x = {{ kind = "image", size = 16 }}

[latents]
z = {{ distribution = "normal", size = 8 }}

[networks.G]
inputs = ["z"]
layers = [{{ block = "linear", out = 768 }}, {{ block = "reshape", shape = [3, 16, 16] }}]
{G}
[networks.D]
layers = [
  {{ block = "conv", out = 64, act = "leaky-relu" }},
{layer}  {{ block = "linear", out = 1 }},
]
{D}
[flow]
fake = "G(z)"

[losses.adversarial]
kind = "adversarial"
real = "D(x)"
fake = "D(fake)"
{loss}
[train]
{train}
optimizer = {{ kind = "adam", lr = 1e-4 }}

[sample]
images = ["fake"]
{rest}
"""
PLACES = ("layer", "train", "G", "D", "loss", "rest")
"""Where an example may stand."""
LENGTH = {"batch": "batch = 4", "rounds": "rounds = 100"}


@dataclass
class RuleCases:
    """A rule with specs that show it.

    samples: the author's; else its examples, `bad` and `good`, in a small spec. everything: what
    these specs may use.
    """

    check: Check
    samples: Sequence[RuleSample] = ()
    everything: Registry | None = None
    _found: list[RuleSample] = field(default_factory=list)

    def fixed(self) -> list[RuleSample]:
        """Specs by twos. Raises `Unmet` where the examples stand nowhere."""
        if not self._found:
            self._found = list(self.samples) or list(self._of_examples())
        if not self._found:
            code = self.check.rule.code
            given = f"samples={{{code!r}: [('bad.toml', 'good.toml')]}}"
            remedy = "write it as one layer, a key of `[train]`, or tables; or give two specs: "
            remedy += f"conformance(..., {given})"
            raise Unmet("its `bad` example breaks it nowhere in a small spec", code, remedy)
        return self._found

    def _of_examples(self) -> Iterator[RuleSample]:
        """The examples where the bad one is told: as a layer, in a table, or behind all of it."""
        rule = self.check.rule
        for place in PLACES:
            bad = in_small_spec(rule.bad, place)
            if bad is not None and self.told(bad):
                yield bad, in_small_spec(rule.good, place) or ""
                return

    def found(self, spec: str | Path) -> list[Diagnostic]:
        """All that is found in a spec."""
        return list(compile_spec(spec, registry=self.everything).report.diagnostics)

    def told(self, spec: str | Path) -> list[Diagnostic]:
        """What this rule finds in a spec."""
        return [found for found in self.found(spec) if found.code == self.check.rule.code]


def in_small_spec(example: str, place: str) -> str | None:
    """An example in a small spec; None where it cannot stand at this place."""
    is_layer = example.lstrip().startswith("{")
    if is_layer != (place == "layer"):
        return None
    keys = {line.partition("=")[0].strip() for line in example.splitlines()}
    parts = dict.fromkeys(PLACES, "")
    parts["train"] = "\n".join(
        text for key, text in LENGTH.items() if place != "train" or key not in keys
    )
    given = f"  {example},\n" if is_layer else example + "\n"
    parts[place] = parts[place] + "\n" + given if place == "train" else given
    return BASE.format(**parts)


def has_a_sound_declaration(cases: RuleCases) -> None:
    """The record says what is wrong and why in sentences, and has examples."""
    rule = cases.check.rule
    for name in ("says", "why"):
        if not getattr(rule, name).endswith("."):
            raise Unmet(f"its `{name}` is no sentence", rule.code, "end it with a full stop")
    for name in ("bad", "good"):
        if not getattr(rule, name).strip():
            remedy = "show the smallest piece of a spec that breaks it, and the same repaired"
            raise Unmet(f"it has no `{name}` example", rule.code, remedy)


def tells_what_breaks_it(cases: RuleCases) -> None:
    """It finds its bad example, with a remedy, and not its good one."""
    code = cases.check.rule.code
    for bad, good in cases.fixed():
        told = cases.told(bad)
        if not told:
            others = "; ".join(f"{d.code} {d.message}" for d in cases.found(bad)) or "nothing"
            remedy = "let `find` yield a `Finding`; rules look at specs without errors alone"
            raise Unmet(f"in a spec that breaks it {others} is found", code, remedy)
        for finding in told:
            if not finding.help:
                remedy = "say what to write instead: `Finding(path, message, help)`"
                raise Unmet(f"it does not say what to do: {finding.message}", code, remedy)
        wrong = [d for d in cases.found(good) if d.code == code or d.severity.value == "error"]
        if wrong:
            what = f"its `good` example is not good: {wrong[0].code} {wrong[0].message}"
            raise Unmet(what, code, "repair the example, or what `find` looks for")


def looks_at_every_spec(cases: RuleCases) -> None:
    """It fails on none of the specs that come with ganforge."""
    code = cases.check.rule.code
    for name in shipped_names():
        for found in cases.found(name):
            if found.code == "GF811" and f"the rule {code} " in found.message:
                remedy = "specs have other networks, losses and blocks: look before you take"
                raise Unmet(f"on the shipped spec `{name}` {found.message}", code, remedy)


CLAIMS: tuple[Callable[[RuleCases], None], ...] = (
    has_a_sound_declaration,
    tells_what_breaks_it,
    looks_at_every_spec,
)
