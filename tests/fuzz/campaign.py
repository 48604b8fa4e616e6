"""`make fuzz`: mutates every spec thousands of times; whatever breaks a claim is written down.

A failure leaves the mutated spec, with the error as a comment at its end, in `fuzz/`. The exit code
is 1 where there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import time
import tomllib
import traceback
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w
from claims import check
from mutations import Mutations
from noise import noisy

from ganforge.document import shipped, shipped_names
from ganforge.document.load import load
from ganforge.plugins.registry import Registry, load_registry

ROOT = Path(__file__).parents[2]
OUT = ROOT / "fuzz"
TINY: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests" / "tiny.toml").read_text())


def small(name: str) -> dict[str, Any]:
    """A shipped spec at the sizes at which it trains in about a second."""
    tree: dict[str, Any] = json.loads(_small(name))
    return tree


@cache
def _small(name: str) -> str:
    path = shipped(name)
    assert path is not None
    sizes = [f"{key}={json.dumps(value)}" for key, value in TINY.get(name, {}).items()]
    document, found = load(path, sizes)
    assert document is not None, found
    return json.dumps(document.values)


def mutated(tree: dict[str, Any], seed: int, registry: Registry) -> tuple[str, str]:
    """The text of a mutated spec, and what was done to it."""
    chance = random.Random(seed)
    mutations = Mutations(chance, registry)
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 5])):
        mutations.apply(tree)
    text = tomli_w.dumps(tree)
    if chance.random() < 0.15:
        return noisy(text, chance), "noise"
    return text, " ".join(mutations.told)


def report(name: str, seed: int, text: str, told: str, error: BaseException) -> str:
    """Writes a failure down; what to count it under."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = re.sub(r"`[^`]*`|[\d,.]+", "_", (str(error).splitlines() or [""])[0])
    kind = f"{type(error).__name__}: {said[:90]}"
    where = f"{Path(last.filename).name}:{last.lineno}"
    key = hashlib.sha256(f"{kind} {where}".encode()).hexdigest()[:8]
    OUT.mkdir(exist_ok=True)
    trace = "".join(traceback.format_exception(error)).replace("\n", "\n# ")
    file = OUT / f"{key}-{name}-{seed}.toml"
    if len(list(OUT.glob(f"{key}-*"))) < 3:
        file.write_text(f"{text}\n# {told}\n# {trace}\n", encoding="utf-8", errors="replace")
    return f"{key} {kind} ({where})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--count", type=int, default=2000, help="mutations of each spec")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most this long")
    parser.add_argument("--share", type=float, default=1, help="of the accepted that is trained")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    registry, end = load_registry(), time.monotonic() + options.seconds
    outcomes, failures = Counter[bool](), Counter[str]()
    names = options.specs or shipped_names()
    for number in range(options.count * len(names)):
        name = names[number % len(names)]
        seed = options.seed + number
        text, told = mutated(small(name), seed, registry)
        try:
            train = random.Random(f"train {seed}").random() < options.share
            emit, real = seed % 8 == 0, seed % 32 != 1
            outcomes[check(text, registry, train=train, emit=emit, real=real)] += 1
        except Exception as error:
            kind = report(name, seed, text, told, error)
            failures[kind] += 1
            print(f"{name} {seed}: {kind}", flush=True)
        if number % 500 == 499:
            print(f"{number + 1} specs, {sum(failures.values())} fail", flush=True)
        if time.monotonic() > end:
            break
    done = sum(outcomes.values()) + sum(failures.values())
    print(f"{done} specs: {outcomes[True]} are accepted, {outcomes[False]} are refused, ", end="")
    print(f"{sum(failures.values())} fail in {len(failures)} ways")
    for kind, count in failures.most_common():
        print(f"{count:6} {kind}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
