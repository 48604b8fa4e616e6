"""ganforge as a stranger has it: the wheel, made from the source distribution, in an empty
environment, away from the checkout, with a plugin of another distribution.

    make wheel-test
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
YLG = ROOT / "plugins" / "ganforge-ylg"
TINY = ("--set", "size=16", "--set", "width=8", "--set", "train.batch=4")
ROUNDS = ("--rounds", "2", "--device", "cpu")


def main() -> None:
    """Builds, installs and uses; ends with an error at the first command that fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheels = [built_from_sdist(folder), built(YLG, "wheel", folder / "ylg")]
        tools = environment(folder / "venv", wheels)
        use(folder / "work", tools)
    print("The wheel works away from its source.")


def built(project: Path, target: str, folder: Path) -> Path:
    """The wheel or source distribution of a project."""
    build = ("-m", "hatchling", "build", "-t", target, "-d", str(folder))
    run(project, sys.executable, *build)
    (file,) = folder.iterdir()
    return file


def built_from_sdist(folder: Path) -> Path:
    """Ganforge's wheel, made of nothing but what its source distribution holds."""
    with tarfile.open(built(ROOT, "sdist", folder / "sdist")) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return built(source, "wheel", folder / "wheel")


def environment(folder: Path, wheels: list[Path]) -> Path:
    """The folder of commands of a new environment with these wheels and what training needs."""
    venv.create(folder, with_pip=True)
    wanted = [f"ganforge[train] @ {wheels[0].as_uri()}", str(wheels[1])]
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet")
    run(folder, *pip, "-c", str(ROOT / "constraints.txt"), *wanted)
    return folder / "bin"


def use(folder: Path, tools: Path) -> None:
    """Checks, trains and emits a shipped spec and one of a plugin, and runs their scripts."""
    folder.mkdir()
    spec = folder / "ylg-small.toml"
    spec.write_text((YLG / "examples" / spec.name).read_text())
    run(folder, str(tools / "ganforge"), "--strict-plugins", "check", "ylg")
    for source, changes in (("dcgan", TINY), (spec.name, ("--set", "train.batch=2"))):
        name = Path(source).stem
        ganforge, script = str(tools / "ganforge"), f"{name}.py"
        run(folder, ganforge, "check", source)
        run(folder, ganforge, "train", source, *changes, *ROUNDS, "--out", f"{name}-run")
        run(folder, ganforge, "emit", source, *changes, "-o", script)
        run(folder, str(tools / "python"), script, *ROUNDS, "--out", f"{name}-alone")


def run(folder: Path, *command: str) -> None:
    """A command in a folder, without the paths and settings of this one."""
    print("$", " ".join(command), flush=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    subprocess.run(command, cwd=folder, env=kept, check=True)


if __name__ == "__main__":
    main()
