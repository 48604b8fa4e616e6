"""`ganforge check`: everything that is wrong with specs, before anything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ganforge.checking.selection import Choice, UnknownRule
from ganforge.checking.session import Answer, Request, check, usual_format
from ganforge.checking.settings import FILE, BadSettings
from ganforge.checking.survey import text_spec
from ganforge.cli.arguments import set_option, standard_input
from ganforge.cli.output import colored, echo, print_report
from ganforge.diagnostics.diagnostic import Severity
from ganforge.diagnostics.formats import FOR_PEOPLE, FORMATS, Format, formatted
from ganforge.diagnostics.outcome import Outcome

_RULES = "RULE[,RULE...]"


@click.command("check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@set_option
@click.option("--format", "form", type=click.Choice(FORMATS), help="How findings are printed.")
@click.option("--output", metavar="FILE", help="Write the findings to a file.")
@click.option("--select", metavar=_RULES, multiple=True, help="Tell these alone: GF7, GF102.")
@click.option("--ignore", metavar=_RULES, multiple=True, help="Do not tell these.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="The lightest finding that makes the exit code 1.  [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--force-exclude", is_flag=True, help="Leave out files that are named, too.")
@click.option("--fix", is_flag=True, help="Repair what can only be meant in one way.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; change nothing.")
@click.option("--baseline", metavar="FILE", help="Do not tell the findings in this file.")
@click.option("--write-baseline", metavar="FILE", help="Write the findings into a baseline.")
@click.option("--prune-baseline", is_flag=True, help="Remove from the baseline what is gone.")
@click.option("--deep", is_flag=True, help="Try blocks and a round on tensors without values.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Processes.  [default: cores]")
@click.option("--stdin-filename", metavar="FILE", help="What to call the standard input.")
def command(paths: tuple[str, ...], output: str | None, exit_zero: bool, **options: Any) -> None:
    """Check specs: files, folders, shipped names, or `-` for the standard input.

    Exits with 0 where all is well, 1 where a spec has errors, 2 where one cannot be read or the
    command is wrong. `[tool.ganforge]` in `pyproject.toml` keeps a project's choices.
    """
    request, file = _request(paths, **options), Path(output) if output else None
    try:
        answer = check(request)
    except BadSettings as error:
        _print_settings(error, request.form or error.form or usual_format(), file)
        sys.exit(2)
    for problem in answer.outcome.unread:
        click.echo(f"error: {problem}", err=True)
    _print(answer, file)
    for remark in answer.remarks:
        click.echo(remark, err=True)
    failed = answer.outcome.failed and not exit_zero
    sys.exit(2 if answer.outcome.unread else 1 if failed else 0)


def _request(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    baseline: str | None,
    write_baseline: str | None,
    stdin_filename: str | None,
    **rest: Any,
) -> Request:
    try:
        choice = Choice.of(_listed(select) or None, _listed(ignore))
    except UnknownRule as error:
        raise click.UsageError(str(error)) from None
    if "-" in paths and (rest["fix"] or rest["diff"]):
        raise click.UsageError("the standard input cannot be repaired: name a file")
    return Request(
        paths,
        choice=choice,
        text=text_spec(standard_input(), stdin_filename) if "-" in paths else None,
        fail_on=Severity(fail_on) if fail_on else None,
        baseline=Path(baseline) if baseline else None,
        write_baseline=Path(write_baseline) if write_baseline else None,
        **rest,
    )


def _listed(values: tuple[str, ...]) -> list[str]:
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if values and not names:
        raise click.UsageError("no rule is named: such as `--select GF7,unknown-key`")
    return names


def _print_settings(error: BadSettings, form: Format, output: Path | None) -> None:
    """What is wrong with the settings: for GitHub beside their lines, else for people."""
    if form == "github":
        _print(Answer(Outcome({FILE: error.report}), form), output)
    else:
        print_report(error.report)


def _print(answer: Answer, output: Path | None) -> None:
    """The findings or the diff, and nothing else: what prints here may be read by programs."""
    outcome, form = answer.outcome, answer.form
    for_people = form in FOR_PEOPLE
    text = answer.diff
    color = output is None and for_people and colored(sys.stdout)
    if text is None and (outcome.reports or not for_people):
        text = formatted(outcome, form, color=color, whole=output is not None)
    text = f"{text}\n" if text and not text.endswith("\n") else text or ""
    if output is not None:
        from ganforge.files import write_whole

        write_whole(output, text)
    else:
        echo(text, color=color, end="")
    if form == "github" and answer.diff is None and outcome.reports:
        from ganforge.diagnostics.formats.text import summary  # a log of commands alone is mute

        click.echo(summary(outcome.joined), err=True)
