"""One call of `ganforge check`, from what was asked for to what is told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ganforge.checking.selection import EVERYTHING, Choice, Selection, errors_left_out
from ganforge.checking.settings import Settings, settings_for
from ganforge.checking.survey import How, Spec, reports_of, specs_of
from ganforge.checking.used import without_used
from ganforge.diagnostics.diagnostic import Severity
from ganforge.diagnostics.formats import FOR_PEOPLE, Format
from ganforge.diagnostics.outcome import Outcome
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import STALE_BASELINE
from ganforge.document import Drafts, SpecNotFound
from ganforge.errors import CannotStart


class Request(NamedTuple):
    """What the command line asks for; None where it leaves that to the settings.

    text: the spec that the path `-` stands for. force_exclude: whether files that are named are
    left out too, where the settings exclude them.
    """

    paths: Sequence[str]
    overrides: Sequence[str] = ()
    text: Spec | None = None
    choice: Choice = EVERYTHING
    fail_on: Severity | None = None
    form: Format | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None
    prune_baseline: bool = False
    fix: bool = False
    diff: bool = False
    jobs: int | None = None
    deep: bool = False
    force_exclude: bool = False


class Answer(NamedTuple):
    """What is told.

    remarks: what was done besides. diff: what fixes would change, where that was asked for.
    """

    outcome: Outcome
    form: Format
    remarks: tuple[str, ...] = ()
    diff: str | None = None


def check(request: Request) -> Answer:
    """Checks specs. Raises `BadSettings`, and `CannotStart` where there is no such baseline."""
    text = request.text
    settings = settings_for([*request.paths, *([text.folder] if text and text.folder else ())])
    form = request.form or settings.form or usual_format()
    specs, problems = _specs(request, settings)
    run = _Run(request, settings, specs)
    reports: Mapping[str, Report] = run.reports({})
    problems += run.problems
    diff = None
    if request.fix or request.diff:
        reports, diff = run.repaired(reports)
    run.count_left_out(reports)
    reports = run.with_baseline(reports)
    if form in FOR_PEOPLE and not (request.fix or request.diff):
        run.count_fixable(reports)
    fail_on = request.fail_on or settings.fail_on or Severity.ERROR
    outcome = Outcome(reports, fail_on, tuple(problems))
    return Answer(outcome, form, tuple(run.remarks), diff)


def usual_format() -> Format:
    """The format where none is asked for."""
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"


def _specs(request: Request, settings: Settings) -> tuple[list[Spec], list[str]]:
    specs: list[Spec] = []
    problems: list[str] = []
    for path in request.paths:
        if path == "-" and request.text is not None:
            specs.append(request.text)
            continue
        if request.force_exclude and settings.excludes(path):
            continue
        try:
            specs += specs_of(path, settings.exclude)
        except (SpecNotFound, OSError) as error:
            problems.append(str(error))
    return list({spec.name: spec for spec in specs}.values()), problems


class _Run:
    """The steps of a check, with what they have to tell besides findings."""

    def __init__(self, request: Request, settings: Settings, specs: Sequence[Spec]) -> None:
        self.request, self.specs = request, specs
        self.selection = Selection(request.choice, settings.choice, settings.per_file)
        self.baseline = request.baseline or settings.baseline
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self._last: dict[str, Report] = {}

    def reports(self, drafts: Drafts) -> dict[str, Report]:
        """The reports with some texts in place of files, as far as they are asked for."""
        request = self.request
        touched = self._touched(drafts)
        how = How(tuple(request.overrides), drafts, request.deep)
        before, self.problems = reports_of(touched, how, request.jobs)
        self._last |= before
        return self.selection.of(without_used(self._last))

    def _touched(self, drafts: Drafts) -> Iterable[Spec]:
        """The specs that a draft is part of; all before there is a report of them."""
        for spec in self.specs:
            report = self._last.get(spec.name)
            if report is None or any(Path(os.path.realpath(f)) in drafts for f in report.texts):
                yield spec

    def repaired(self, reports: Mapping[str, Report]) -> tuple[Mapping[str, Report], str | None]:
        """The reports after the fixes, or before them with the diff that was asked for."""
        from ganforge.checking.fixing import repair

        before = dict(self._last)
        repairs = repair(lambda drafts: self.reports(drafts) if drafts else reports, self._files)
        if self.request.diff:
            self._last = before
            self.remarks.append(f"{_counted(repairs.count)} would be repaired.")
            return reports, repairs.diff()
        repairs.write()
        if repairs.count:
            named = ", ".join(f"{repairs.names[path]} ({n})" for path, n in repairs.counts.items())
            self.remarks.append(f"Repaired {_counted(repairs.count)}: {named}.")
        return repairs.reports, None

    @property
    def _files(self) -> set[Path]:
        """The files that may be repaired."""
        return {spec.file for spec in self.specs if spec.file}

    def count_fixable(self, reports: Mapping[str, Report]) -> None:
        """Says of how many of the findings that are told there is a repair."""
        if not any(found.fix for report in reports.values() for found in report.diagnostics):
            return
        from ganforge.checking.fixing import fixable

        if count := fixable(reports.values(), self._files):
            self.remarks.insert(0, f"{_counted(count)} can be repaired: run with `--fix`.")

    def count_left_out(self, reports: Mapping[str, Report]) -> None:
        """Says how many errors were not asked for."""
        count = errors_left_out(self._last, reports)
        if count:
            self.remarks.append(
                f"warning: {count} error{'s' * (count > 1)} left out by `select` and `ignore`: "
                "such a spec does not train"
            )

    def with_baseline(self, reports: Mapping[str, Report]) -> Mapping[str, Report]:
        """The reports without what the baseline knows, which is all of them where it is written
        now.
        """
        if (path := self.request.write_baseline) is not None:
            return self._written(path, reports)
        if self.baseline is not None:
            return self._known(self.baseline, reports)
        if self.request.prune_baseline:
            raise CannotStart("there is no baseline to prune: name it by `--baseline FILE`")
        return reports

    def _written(self, path: Path, reports: Mapping[str, Report]) -> Mapping[str, Report]:
        from ganforge.checking.baseline import Baseline
        from ganforge.files import write_whole

        baseline = Baseline.of(path, reports)
        write_whole(path, baseline.text())
        count = sum(entry.count for entry in baseline.entries)
        self.remarks.append(f"Wrote {_counted(count)} to {path}.")
        return baseline.applied(reports)[0]

    def _known(self, path: Path, reports: Mapping[str, Report]) -> Mapping[str, Report]:
        from ganforge.checking.baseline import Baseline
        from ganforge.files import write_whole

        baseline = Baseline.read(path)
        reports, left = baseline.applied(reports)
        stale = [] if self.request.overrides else baseline.stale(left, reports, self.selection)
        if stale and self.request.prune_baseline:
            write_whole(path, baseline.pruned(stale, left).text())
            self.remarks.append(f"Removed {_counted(len(stale))} from {path}.")
        elif stale and self.selection.allows(STALE_BASELINE.code):
            reports = {**reports, str(path): baseline.notes(stale)}
        return reports


def _counted(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'}"
