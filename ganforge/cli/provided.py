"""Commands of plugins: told in a section of their own, imported when they are called."""

from __future__ import annotations

import pkgutil
import traceback
from typing import Any

import click

from ganforge.commands import COMMANDS
from ganforge.document import SpecNotFound
from ganforge.errors import CannotStart, SpecError
from ganforge.plugins.absence import summary
from ganforge.plugins.declarations import Command
from ganforge.runtime.errors import RunError

_MEANT = (
    *(click.ClickException, click.exceptions.Exit, click.Abort),
    *(CannotStart, SpecError, SpecNotFound, RunError),
)
"""What a command raises to end: told by click, or by `ganforge` itself."""


class Provided(click.Command):
    """Stands for a plugin's command until it is called. What that raises unasked is told in one
    line, with its place.
    """

    def __init__(self, declared: Command, owner: str) -> None:
        super().__init__(declared.name, help=declared.summary, add_help_option=False)
        self._target = declared.target
        self._named = f"the command `{declared.name}` of {owner}"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = args  # the plugin's own command reads them
        return args

    def invoke(self, ctx: click.Context) -> Any:
        command = self._command()
        try:
            with command.make_context(ctx.info_name, ctx.args, ctx.parent) as inner:
                return command.invoke(inner)
        except _MEANT:
            raise
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename}:{place.lineno}, in {place.name}"
            raise CannotStart(f"{self._named} failed: {summary(error)}, at {where}") from error

    def _command(self) -> click.Command:
        try:
            command = pkgutil.resolve_name(self._target)
        except (Exception, SystemExit) as error:
            raise CannotStart(f"{self._named} does not load: {summary(error)}") from error
        if not isinstance(command, click.Command):
            raise CannotStart(f"{self._named} is no click command: `{self._target}`")
        return command


def provided_command(name: str) -> click.Command | None:
    """The command that a plugin gives under this name, or `distribution/name`.

    Raises `click.UsageError` where nothing has the name.
    """
    from ganforge.diagnostics.suggest import did_you_mean
    from ganforge.plugins.registry import load_registry

    registry = load_registry()
    declared = registry.commands.get(name)
    if declared is not None:
        return Provided(declared, str(registry.owner("command", name)))
    if not registry.explains("command", name):
        near = did_you_mean(name, [*COMMANDS, *registry.commands])
        raise click.UsageError(f"there is no command `{name}`: {near}")
    missing = registry.missing("command", name)
    raise click.UsageError(f"{missing.message}: {missing.help}")


def write_provided(formatter: click.HelpFormatter) -> None:
    """The section of the help that lists what plugins give, and says if some did not load."""
    from ganforge.plugins.registry import load_registry

    registry = load_registry()
    rows = [(name, declared.summary) for name, declared in registry.commands.listed()]
    if rows:
        with formatter.section("Commands of plugins"):
            formatter.write_dl(rows)
    if registry.diagnostics:
        formatter.write_paragraph()
        formatter.write_text("Something is wrong with a plugin: `ganforge plugins doctor` says it.")
