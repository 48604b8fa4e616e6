"""`make bench`: ganforge against hand-written loops and against itself. Prints a Markdown table.

Nothing here is asserted: the figures of a shared machine are read, not tested.
`run.py NAME...` runs some parts only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from measure import compare, seconds

HERE = Path(__file__).parent
GOALS = {
    "gan": "1.3",
    "dcgan 32": "1.3",
    "dcgan 64": "1.1",
    "wgan-gp": "1.2",
    "sngan": "1.15",
    "stylegan2 32": "1.2",
    "cyclegan 128": "1.0",
}
"""How many times as fast as the hand-written loop a round shall be."""


def check() -> None:
    """A cold check of a spec against the import of torch."""
    ganforge = [str(Path(sys.executable).parent / "ganforge"), "check", "dcgan"]
    torch = [sys.executable, "-c", "import torch"]
    result = compare(lambda: _run(ganforge), lambda: _run(torch), pairs=8)
    share = f"{result.first / result.second:.2f} of `import torch` ({result.second:.2f} s)"
    _row("check, cold", f"{result.first:.2f} s", "0.8 s and 0.25", share)


def many() -> None:
    """Checks after start: per shipped spec, and a thousand specs by one process and by all cores,
    against the import of torch and taplo's check of the same files by the schema.
    """
    specs = sorted((HERE.parents[1] / "specs").glob("*.toml"))
    torch = seconds(lambda: _run([sys.executable, "-c", "import torch"]))
    _shipped(specs, torch)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1000):
            source = specs[number % len(specs)]
            text = source.read_text().replace('.toml"', '"')  # what it extends is shipped
            (Path(folder) / f"{number}-{source.name}").write_text(text)
        check = [str(Path(sys.executable).parent / "ganforge"), "check", folder]
        for label, jobs in (("one process", ["--jobs", "1"]), ("all cores", [])):
            took = seconds(lambda jobs=jobs: _run([*check, *jobs]))
            share = f"{took / torch:.1f} of `import torch`"
            _row(f"check 1,000 specs, {label}", f"{took:.1f} ms each", "15 ms each", share)
        schema = Path(folder) / "schema.json"
        _run([check[0], "schema", "--out", str(schema)])
        taplo = [str(Path(sys.executable).parent / "taplo"), "lint", "--schema", schema.as_uri()]
        took = seconds(lambda: _run([*taplo, f"{folder}/*.toml"]))
        _row(
            "taplo's check by the schema",
            f"{took:.1f} s",
            "",
            f"{took / torch:.1f} of `import torch`",
        )


def _shipped(specs: list[Path], torch: float) -> None:
    """The shipped specs alone, less the start: what one more process with one spec takes."""
    check = [str(Path(sys.executable).parent / "ganforge"), "check"]
    start = seconds(lambda: _run([*check, str(specs[0])]), repeats=5)
    for label, jobs in (("one process", ["--jobs", "1"]), ("all cores", [])):
        took = seconds(lambda jobs=jobs: _run([*check, *map(str, specs), *jobs]), repeats=5) - start
        each = f"{1000 * took / (len(specs) - 1):.1f} ms each"
        _row(
            f"check of specs/, {label}", each, "15 ms each", f"{took / torch:.1f} of `import torch`"
        )


def rounds() -> None:
    """Training rounds against the hand-written loop, in time and peak memory."""
    import programs
    import torch

    torch.set_num_threads(programs.THREADS)
    for case, goal in GOALS.items():
        ours, theirs = programs.generated(case), programs.handwritten(case)
        for _ in range(3):
            ours(), theirs()
        repeats = 20 if case == "gan" else 2
        result = compare(ours, theirs, pairs=10, repeats=repeats)
        memory = [_peak(case, side) for side in ("generated", "handwritten")]
        text = f"{memory[0]:.0f} MiB against {memory[1]:.0f} MiB"
        _row(
            f"{case}, round",
            f"{1000 * result.first:.0f} ms",
            f"{goal} times",
            f"{result}; peak {text}",
        )


def emitted() -> None:
    """The emitted script's rounds against those of `train`."""
    import programs
    import torch

    torch.set_num_threads(programs.THREADS)
    for case in ("gan", "dcgan 32"):
        script, program = programs.generated(case, emitted=True), programs.generated(case)
        for _ in range(3):
            script(), program()
        result = compare(program, script, pairs=10, repeats=10 if case == "gan" else 2)
        _row(f"{case}, emitted", f"{1000 * result.second:.0f} ms", "0.95 to 1.05", str(result))


def compilation() -> None:
    """Compile time against the number of layers."""
    from ganforge.pipeline import compile_spec

    for layers in (100, 1000, 10_000):
        text = _deep(layers)
        took = seconds(lambda text=text: compile_spec(text).program())
        _row(
            f"compile {layers:,} layers",
            f"{took:.2f} s",
            "linear",
            f"{1e6 * took / layers:.0f} us a layer",
        )


def levels() -> None:
    """The levels of ProGAN: kimg a second, the change to the stage, and memory; 4 x 4 of the
    published 1024 x 1024 too.
    """
    for size, level in [(256, level) for level in range(7)] + [(1024, 0)]:
        command = [sys.executable, str(HERE / "level.py"), str(size), str(level)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        speed, switched, peak = map(float, printed.split())
        side = 4 * 2**level
        _row(
            f"progan {size}, level {level} ({side} x {side})",
            f"{speed / 1000:.4f} kimg/s",
            "",
            f"stage changed in {1000 * switched:.0f} ms; peak {peak:.0f} MiB",
        )


def _deep(layers: int) -> str:
    dcgan = (HERE.parents[1] / "specs" / "dcgan.toml").read_text()
    lines = "\n".join(
        f'  {{ block = "leaky-relu", slope = {1 + k / layers} }},' for k in range(layers)
    )
    start = dcgan.index('  { block = "conv", out = "width"')
    return dcgan[:start] + lines + "\n" + dcgan[start:]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _peak(case: str, side: str) -> float:
    command = [sys.executable, str(HERE / "peak.py"), case, side]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _row(what: str, figure: str, goal: str, result: str) -> None:
    print(f"| {what} | {figure} | {goal} | {result} |", flush=True)


PARTS = {
    "check": check,
    "many": many,
    "rounds": rounds,
    "emitted": emitted,
    "compilation": compilation,
    "levels": levels,
}

if __name__ == "__main__":
    print("| what | ganforge | goal | against the other side |\n| --- | --- | --- | --- |")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
