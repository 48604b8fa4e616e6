"""Training a spec: what a run is asked for, how it starts, and what it tells."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from ganforge.codegen.data import data_of
from ganforge.codegen.downsampling import downsampled
from ganforge.codegen.program import Program
from ganforge.errors import CannotStart
from ganforge.files import write_whole
from ganforge.locate import Source, compile_sound
from ganforge.pipeline import Compilation
from ganforge.plan.build import build_plan
from ganforge.runs import folder as folders
from ganforge.runs.about import about_resumed, about_run
from ganforge.runs.data import checked_data
from ganforge.runs.device import chosen_device, needs_torch
from ganforge.runs.programs import import_program
from ganforge.runs.resolved import resolved_text
from ganforge.runtime.errors import NonFinite, RunError
from ganforge.runtime.options import Options, StagedOptions
from ganforge.spec.local_code import local_files


@dataclass(frozen=True)
class Request:
    """What a run is asked for; None is what the run itself, or else the spec, says."""

    source: Source | None
    overrides: tuple[str, ...] = ()
    data: str | None = None
    out: Path | None = None
    seed: int | None = None
    device: str | None = None
    rounds: float = math.inf
    kimg: float = math.inf
    resume: bool = False
    overwrite: bool = False
    dry: bool = False
    stage: str | None = None
    log_every: int = 50
    sample_every: int = 500
    checkpoint_every: int = 1000


@dataclass(frozen=True)
class Run:
    """A run that may start: its spec is sound, and its folder is free or its own."""

    compilation: Compilation
    program: Program
    options: Options
    about: dict[str, object] = field(repr=False)

    @property
    def folder(self) -> Path:
        return self.options.out

    @property
    def out(self) -> Path:
        """Where its metrics, checkpoints and samples lie: of a stage alone in a folder of its
        own.
        """
        stage = getattr(self.options, "stage", "")
        return folders.of_stage(self.folder, stage) if stage else self.folder


def open_run(request: Request) -> Run:
    """The run that is asked for; nothing is written yet.

    Raises `SpecNotFound`, `SpecError`, `CannotStart`, and `RunError` where a run is to go on
    with another spec than its own.
    """
    needs_torch()
    if request.resume and request.overwrite:
        raise CannotStart("a run either goes on (`--resume`) or starts anew (`--overwrite`)")
    return _resumed(request) if request.resume else _new(request)


def _new(request: Request) -> Run:
    if request.source is None:
        raise CannotStart("name a spec to train; `ganforge list` shows the shipped ones")
    if _names_run(request.source):
        raise CannotStart(
            f"{request.source} is a run: add `--resume` to go on, or train its `spec.toml` anew"
        )
    compilation = compile_sound(request.source, request.overrides)
    data = checked_data(request.data, compilation)
    program = compilation.program(data)
    out = request.out or folders.free_folder(program.name)
    if not request.dry:
        _check_free(out, program, request)
    options = _options(request, program, out, data, request.seed or 0, request.device or "auto")
    return Run(compilation, program, options, about_run(program, compilation.registry, options))


def _check_free(out: Path, program: Program, request: Request) -> None:
    if out.exists() and not out.is_dir():
        raise CannotStart(f"{out} is no folder: give another one with `--out`")
    overwrite = request.overwrite
    if request.stage is not None and folders.is_run(out):
        _check_beside(out, program, request)
        return
    names = folders.in_the_way(out)
    if names and not folders.is_run(out):
        raise CannotStart(
            f"{out} holds `{'`, `'.join(names)}` and is no run: take another folder with `--out`"
        )
    if names and not overwrite:
        raise CannotStart(
            f"{out} holds a run: `--resume` goes on, `--overwrite` starts anew, `--out` takes "
            "another folder"
        )


def _check_beside(out: Path, program: Program, request: Request) -> None:
    """Whether a stage may be trained alone in the folder of a run, beside others."""
    about = folders.read_about(out)
    if about["spec"] != program.spec_hash or about["seed"] != (request.seed or 0):
        raise CannotStart(
            f"{out} is a run of another spec or seed: take another folder with `--out`"
        )
    own = folders.of_stage(out, str(request.stage))
    if request.overwrite:
        raise CannotStart(f"delete {own} yourself: `--overwrite` would take all stages of {out}")
    if folders.has_checkpoint(own):
        raise CannotStart(f"{own} was trained already: `--resume` goes on")


def _resumed(request: Request) -> Run:
    folder = _folder_to_resume(request)
    about = folders.read_about(folder) if _began_here(request, folder) else _of_a_script(folder)
    place = folders.of_stage(folder, request.stage) if request.stage else folder
    if (
        request.stage is None
        and folders.stages_alone(folder)
        and not folders.has_checkpoint(folder)
    ):
        known = ", ".join(f"`{name}`" for name in folders.stages_alone(folder))
        raise CannotStart(f"{folder} trains its stages one by one ({known}): add `--stage NAME`")
    if request.stage and folders.has_checkpoint(folder) and not folders.has_checkpoint(place):
        raise CannotStart(f"{folder} trains its stages one after another: leave `--stage` out")
    if not folders.has_checkpoint(place):
        raise CannotStart(f"{place} has no checkpoint yet: start it anew with `--overwrite`")
    if request.seed not in (None, about["seed"]):
        raise CannotStart(f"{folder} has the seed {about['seed']}: it goes on with no other")
    own = request.source is None or _names_run(request.source)
    source = folder if own or request.source is None else request.source
    compilation = compile_sound(source, request.overrides)
    data = checked_data(request.data or about["data"], compilation)
    program = compilation.program(data)
    if about["spec"] != program.spec_hash:
        raise RunError(
            f"{folder} was trained from another spec: `ganforge train {folder} --resume` goes on "
            "with its own, of which `--set` may change the length and the monitor alone"
        )
    _tell_of_length(folder, program, alone=request.stage is not None)
    device = request.device or about["device"]
    options = _options(request, program, folder, data, about["seed"], device)
    again = about_resumed(about, program, compilation.registry, options)
    return Run(compilation, program, options, again)


def _tell_of_length(folder: Path, program: Program, alone: bool) -> None:
    """Say so where a new length moves the live numbers that follow `progress`, or comes too late.

    alone: whether a stage is trained alone.
    """
    told = program.follows_progress or program.stages
    if not told or not (folder / folders.SPEC).exists():
        return
    before = compile_sound(folder).program(program.data).length
    if before == program.length:
        return
    if program.follows_progress:
        text = f"{before} before, {program.length} now: the numbers that follow `progress` stretch"
        warnings.warn(text, stacklevel=2)
    place = 0 if alone else folders.read_state(folder)["counters"]["place"]
    lengths = zip(before.split(", then "), program.length.split(", then "), strict=True)
    changed = [old != new for old, new in lengths]
    if over := [f"`{program.stages[k]}`" for k in range(place) if changed[k]]:
        text = f"{', '.join(over)}: over by now, so the new length changes nothing there"
        warnings.warn(text, stacklevel=2)


def _began_here(request: Request, folder: Path) -> bool:
    return request.source is None or folders.is_run(folder) or not folders.has_checkpoint(folder)


def _of_a_script(folder: Path) -> dict[str, Any]:
    """What is known of a run that an emitted script began."""
    state = folders.read_state(folder)
    seed = state["counters"]["seed"]
    return {"spec": state["spec"], "seed": seed, "data": None, "device": "auto"}


def _folder_to_resume(request: Request) -> Path:
    if request.source is not None and _names_run(request.source):
        if request.out not in (None, Path(request.source)):
            raise CannotStart(f"a run goes on where it is: leave `--out {request.out}` away")
        return Path(request.source)
    if request.out is not None:
        return request.out
    if request.source is None:
        raise CannotStart("name the run to resume: `ganforge train RUN --resume`")
    if "/" in str(request.source) and not Path(request.source).exists():
        raise CannotStart(f"there is no run {request.source}: check its path")
    compilation = compile_sound(request.source, request.overrides)
    assert compilation.graph is not None
    return folders.newest_run(compilation.graph.spec.gan.name)


def _names_run(source: Source) -> bool:
    text = isinstance(source, str) and "\n" in source
    return not text and Path(source).is_dir() and folders.is_run(Path(source))


def _options(
    request: Request, program: Program, out: Path, data: str, seed: int, device: str
) -> Options:
    made: Callable[..., Options] = Options
    if request.stage is not None and request.stage not in program.stages:
        known = ", ".join(f"`{name}`" for name in program.stages)
        raise CannotStart(
            f"{program.name} has no stage `{request.stage}`"
            + (f": it has {known}" if known else ", since its spec has no `[stages]`")
        )
    if program.stages:
        made = partial(StagedOptions, stage=request.stage or "")
    return made(
        out=out,
        data=data,
        seed=seed,
        device=chosen_device(device),
        rounds=request.rounds,
        kimg=request.kimg,
        resume=request.resume,
        log_every=request.log_every,
        sample_every=request.sample_every,
        checkpoint_every=request.checkpoint_every,
    )


def start(run: Run, *, overwrite: bool = False) -> ModuleType:
    """Write what a run is made from into its folder, and import its program from there."""
    if overwrite:
        folders.set_aside(run.folder)
    run.folder.mkdir(parents=True, exist_ok=True)
    document = run.compilation.document
    assert document is not None
    write_whole(run.folder / folders.ABOUT, json.dumps(run.about, indent=2) + "\n")
    write_whole(run.folder / folders.SPEC, resolved_text(document))
    for file in local_files(document):
        write_whole(run.folder / file.name, file.read_text("utf-8"))
    write_whole(run.folder / folders.PROGRAM, run.program.text)
    return import_program(run.program.text, run.folder / folders.PROGRAM)


def metrics_of(run: Run, module: ModuleType) -> Iterator[dict[str, float]]:
    """Train; yields the metrics of each logged round, and keeps `samples.png` and TensorBoard's
    files up to date.
    """
    from ganforge.runs.tensorboard import Board

    board = Board(run.out)
    try:
        for metrics in module.train(run.options):
            board.add(metrics)
            show_latest_samples(run.out)
            yield metrics
    except NonFinite:
        folders.discard(run.out)  # what was logged until then is worth keeping
        raise
    except BaseException as error:
        _free_if_untrained(run)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(run.folder)  # a full disk has no name
        raise
    finally:
        board.close()
        show_latest_samples(run.out)
    _free_if_untrained(run)


def _free_if_untrained(run: Run) -> None:
    """A run that ended before its first checkpoint gives way: to the run that it was to replace,
    which is deleted only now, or to the next.
    """
    if folders.has_checkpoint(run.out):
        folders.discard(run.folder)
    else:
        folders.clear(run.out)
        folders.restore(run.folder)


def try_one_round(run: Run) -> dict[str, float]:
    """One round on the run's data, in memory alone; the losses. Of stages each is tried, or the one
    that the options name.
    """
    import torch

    from ganforge.runtime.staged import StagedState

    module = import_program(run.program.text)
    data = module.open_data(run.options.data)
    state = module.build(run.options.seed, torch.device(run.options.device))
    state.samples = data.count
    losses: dict[str, torch.Tensor] = {}
    if isinstance(state, StagedState):
        at, alone = _data_of_stages(run, module, data), getattr(run.options, "stage", "")
        for place, stage in enumerate(state.stages):
            if alone in ("", stage.name):
                state.begin(place)
                losses |= module.train_round(state, *module.draw(state, at(stage.res)))
    else:
        losses = module.train_round(state, *module.draw(state, data))
    numbers = {name: loss.item() for name, loss in losses.items()}
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise NonFinite(f"In round 1 the loss {name!r} is not finite. Lower the learning rate.")
    return numbers


def _data_of_stages(run: Run, module: ModuleType, data: Any) -> Callable[[int], Any]:
    """The data as a stage takes it, by the height of its images."""
    graph = run.compilation.graph
    assert graph is not None
    names = downsampled(build_plan(graph))
    if not names:
        return lambda res: data
    size = data_of(graph).sizes[names[0]][0]
    small = module.Downsampled(data, size, names)
    return lambda res: small.at(res)


def show_latest_samples(folder: Path) -> None:
    """Copy the newest grid to `samples.png`."""
    grids = sorted(folder.glob("samples/round-*.png"), key=lambda path: int(path.stem[6:]))
    shown = folder / folders.SAMPLES
    if grids and not (shown.exists() and shown.stat().st_mtime >= grids[-1].stat().st_mtime):
        temporary = folder / ".samples.unfinished"
        temporary.write_bytes(grids[-1].read_bytes())
        temporary.replace(shown)
