"""Writes the generated parts of `docs/language.md` and `docs/rules.md` from the code.

    python docs/generate.py

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. What a key means is said in
`docs/meanings.toml`; its type, bounds and default come from its model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from tables import (
    FOLDER,
    MEANINGS,
    fields_of,
    given,
    in_line,
    keys,
    table,
    variants,
)

from ganforge.diagnostics import pages
from ganforge.diagnostics.rules import ALL
from ganforge.document import limits as sizes
from ganforge.document import tree
from ganforge.document.load import MAX_BYTES, MAX_FILES
from ganforge.formula import evaluate, parse
from ganforge.graph import frame
from ganforge.graph.layers import LAYER_KEYS
from ganforge.graph.passes import extents
from ganforge.plugins import live as live_numbers
from ganforge.plugins import params
from ganforge.plugins.declarations import Block
from ganforge.plugins.registry import load_registry
from ganforge.spec import models, planned, stages
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.label_noise import NoiseTable
from ganforge.spec.latents import LATENTS
from ganforge.spec.local_code import PluginsTable
from ganforge.spec.names import RESERVED
from ganforge.spec.params import KEYS as PARAM_KEYS
from ganforge.spec.train import OPTIMIZERS

CASES = FOLDER.parent / "tests" / "cases"
PAGES = ("language.md", "rules.md")
PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(\n<!-- end -->)", re.DOTALL)
WEIGHTED = tuple(params.Weighted.model_fields)
INITIALIZED = tuple(params.Initialized.model_fields)


def main() -> None:
    """Write the parts anew."""
    for name in PAGES:
        page = FOLDER / name
        page.write_text(with_parts(page.read_text("utf-8")), "utf-8")


def with_parts(text: str) -> str:
    """The page with every part as it is now. Raises `KeyError` for a part that nobody makes."""
    return PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], text)


def blocks() -> str:
    rows = []
    for block in load_registry().blocks.values():
        use = " and ".join(["layer"] * is_layer(block) + ["function"] * is_function(block))
        row = (f"`{block.name}`", ", ".join(f"`{name}`" for name in block.inputs))
        rows.append((*row, parameters(block.params), use, in_line(block.summary)))
    return table(("block", "inputs", "parameters", "use", "what it does"), rows)


def is_layer(block: Block) -> bool:
    return not block.inputs[0].startswith("*")


def is_function(block: Block) -> bool:
    return block.function is not None and not block.stateful and not block.random


def parameters(model: type[params.Params]) -> str:
    """The parameters of a declaration; those that many blocks share are named together."""
    shared = WEIGHTED if issubclass(model, params.Weighted) else ()
    if not shared and issubclass(model, params.Initialized):
        shared = INITIALIZED
    own = [given(k, f) for k, (_, f) in fields_of(model).items() if k not in shared]
    more = {WEIGHTED: "*weighted*", INITIALIZED: "*initialised*"}.get(shared)
    return ", ".join([*own, *([more] if more else [])])


def losses() -> str:
    rows = []
    for loss in load_registry().losses.values():
        named = [f"`{name}`" for name in loss.tensors]
        named += [f"`{table} = {{ LATENT = TENSOR }}`" for table in loss.tables]
        named += [f"`{key} = [NETWORK]`" for key in loss.networks]
        tensors = ", ".join(named)
        rows.append((f"`{loss.name}`", tensors, parameters(loss.params), in_line(loss.summary)))
    return table(("kind", "tensors", "parameters", "what it is"), rows)


def choices(name: str, hint: Any) -> str:
    """What each choice of a parameter means. Raises `KeyError` for one without a meaning."""
    rows = [(f'`"{word}"`', MEANINGS[name][word]) for word in get_args(hint)]
    return table((f"`{name}`", "meaning"), rows)


def known_as() -> str:
    """Names that papers give to losses, and what is written for them."""
    found = load_registry().losses.values()
    rows = [(f"`{n}`", in_line(way)) for loss in found for n, way in loss.known_as.items()]
    return table(("known as", "written"), rows)


def objectives() -> str:
    return choices(
        "objective", fields_of(load_registry().losses["adversarial"].params)["objective"][0]
    )


def inits() -> str:
    found = load_registry().inits.values()
    rows = [(f"`{i.name}`", parameters(i.params), in_line(i.summary)) for i in found]
    return table(("kind", "parameters", "how weights start"), rows)


def weights() -> str:
    found = load_registry().weights.values()
    rows = [(f"`{w.name}`", parameters(w.params), in_line(w.summary)) for w in found]
    return table(("kind", "parameters", "weights"), rows)


def sources() -> str:
    rows = []
    for source in load_registry().sources.values():
        path = f"`--data {source.name}:PATH`" if source.takes_path else f"`--data {source.name}`"
        rows.append((f"`{source.name}`", path, parameters(source.params), in_line(source.summary)))
    return table(("source", "command line", "options", "what it gives"), rows)


def functions() -> str:
    """What formulas may call."""
    return meanings(
        "functions", "function", [*evaluate.FUNCTIONS, "range", *evaluate.SHAPE_FUNCTIONS]
    )


def live() -> str:
    """What live formulas know besides."""
    return meanings("live", "name", [*evaluate.PROGRESS_NAMES, *evaluate.LIVE_FUNCTIONS])


def meanings(section: str, head: str, names: Iterable[str]) -> str:
    rows = []
    for name in names:
        written, _, meaning = MEANINGS[section][name].partition(": ")
        rows.append((written, meaning))
    return table((head, "meaning"), rows)


def told(section: str, head: str, names: Iterable[str] = ()) -> str:
    """What keys mean that no model has, in the order in which they are told."""
    found = MEANINGS[section]
    return table((head, "meaning"), ((f"`{name}`", found[name]) for name in names or found))


def limits() -> str:
    rows = (
        ("layers of a network, composite blocks included", f"{frame.MAX_LAYERS:,}"),
        ("loops and composite blocks in each other", f"{frame.MAX_NESTING}"),
        ("characters of a formula or of wiring", f"{parse.MAX_LENGTH}"),
        ("levels of a formula or of wiring", f"{parse.MAX_DEPTH}"),
        ("elements of a list in a formula", f"{evaluate.MAX_LIST:,}"),
        ("size of a number", f"{evaluate.MAX_VALUE:.0e}"),
        ("steps to compute one formula", f"{evaluate.MAX_WORK:,}"),
        ("steps to compute all formulas", f"{evaluate.MAX_TOTAL_WORK:,}"),
        ("levels of tables and arrays", f"{tree.MAX_DEPTH}"),
        ("keys of a table", f"{sizes.MAX_KEYS:,}"),
        ("stages, each of which may have 20 levels", f"{stages.MAX_STAGES}"),
        ("items of an array", f"{sizes.MAX_ITEMS:,}"),
        ("values of a file", f"{sizes.MAX_VALUES:,}"),
        ("size of a file", f"{MAX_BYTES >> 20} MiB"),
        ("files that extend each other", f"{MAX_FILES}"),
        ("values of a tensor, for one sample", f"{extents.MOST_VALUES:,}"),
        ("weights of a layer", f"{extents.MOST_WEIGHTS:,}"),
    )
    return table(("what", "at most"), rows)


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def reserved() -> str:
    return listed(RESERVED)


def refused() -> str:
    return table(("what", "refused"), [("tables", listed(f"[{n}]" for n in planned.TABLES))])


def rules() -> str:
    """Every rule with its record, and with the report of its first case."""
    printed: dict[str, str] = {}
    for report in sorted(CASES.glob("GF*.txt")):
        text = report.read_text("utf-8").strip().replace("tests/cases/", "")
        printed.setdefault(report.stem[:5], text)
    return pages.as_markdown((ALL[code] for code in sorted(ALL)), printed)


COMPLAINTS: Mapping[str, list[dict[str, Any]]] = tomllib.loads(
    (FOLDER / "complaints.toml").read_text("utf-8")
)


def complaints() -> str:
    """What people report about frameworks, and the rules that would have told them."""
    rows = []
    for entry in COMPLAINTS["complaint"]:
        codes = {code for case in entry.get("cases", ()) for code in codes_of(case)}
        told = linked({*codes, *entry.get("rules", ())})
        answer = " ".join(filter(None, (told, entry.get("instead", ""))))
        rows.append((entry["said"], ", ".join(map(thread, entry.get("threads", ()))), answer))
    return table(("reported", "threads", "here"), rows)


def refusals() -> str:
    """Configurations that a checker of keys accepts, and the rules that refuse them."""
    rows = [(entry["said"], linked(codes_of(entry["case"]))) for entry in COMPLAINTS["refused"]]
    return table(("configuration", "refused by"), rows)


def codes_of(case: str) -> set[str]:
    """The rules that a case breaks, by its report."""
    report = (CASES / f"{case}.txt").read_text("utf-8")
    return set(re.findall(r"^\w+\[(GF\d+)\]", report, re.MULTILINE))


def linked(codes: Iterable[str]) -> str:
    """Codes of rules as links to their sections."""
    return ", ".join(f"[{code}](#{pages.anchor(ALL[code])})" for code in sorted(codes))


def thread(name: str) -> str:
    """`owner/repository#7` as a link."""
    repository, _, number = name.partition("#")
    short = f"{repository.partition('/')[2]} #{number}"
    return f"[{short}](https://github.com/{repository}/issues/{number})"


PARTS: Mapping[str, Callable[[], str]] = {
    "document": lambda: told("document", "key"),
    "tables": lambda: told("tables", "table"),
    "param": lambda: told("param", "key", PARAM_KEYS),
    "source": lambda: told("data", "key", ("source", "fields")),
    "latent": lambda: told("latents", "key"),
    "layer": lambda: told("layer", "key", LAYER_KEYS),
    "loop": lambda: told("loop", "key"),
    "gan": lambda: keys("gan", models.GanTable),
    "image": lambda: keys("image", models.ImageField),
    "class": lambda: keys("class", models.ClassField),
    "attributes": lambda: keys("attributes", AttributesField),
    "vector": lambda: keys("vector", VectorField),
    "data": lambda: keys("data", models.DataTable),
    "conditioning": lambda: keys("conditioning", models.Condition),
    "noise": lambda: keys("noise", NoiseTable),
    "draw": lambda: choices("draw", fields_of(models.Condition)["draw"][0]),
    "latents": lambda: variants("distribution", LATENTS, ("size", "shape")),
    "networks": lambda: keys("networks", models.NetworkTable),
    "composite": lambda: keys("composite", models.BlockTable),
    "losses": lambda: keys("losses", models.LossTable),
    "stages": lambda: keys("stages", models.StageTable),
    "train": lambda: keys("train", models.TrainTable),
    "players": lambda: keys("players", models.PlayerTable),
    "optimizer": lambda: keys("optimizer", models.Optimizer),
    "optimizers": lambda: variants("kind", OPTIMIZERS, models.Optimizer.model_fields),
    "plateau": lambda: keys("plateau", live_numbers.Plateau),
    "adaptive": lambda: keys("adaptive", live_numbers.Adaptive),
    "ema": lambda: keys("ema", models.Ema),
    "monitor": lambda: keys("monitor", models.Monitor),
    "sample": lambda: keys("sample", models.SampleTable),
    "plugins": lambda: keys("plugins", PluginsTable),
    "weighted": lambda: keys("weighted", params.Weighted),
    "block-list": blocks,
    "parameter-list": lambda: told("parameters", "parameter"),
    "loss-list": losses,
    "objectives": objectives,
    "known-as": known_as,
    "init-list": inits,
    "weight-list": weights,
    "source-list": sources,
    "functions": functions,
    "live": live,
    "limits": limits,
    "reserved": reserved,
    "refused": refused,
    "rules": rules,
    "complaints": complaints,
    "refusals": refusals,
}


if __name__ == "__main__":
    main()
