"""The command `ganforge`: finds its commands when they are named, and tells errors in one place."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

import click

from ganforge.commands import COMMANDS

F = TypeVar("F", bound=Callable[..., Any])
ANYWHERE = ("--no-plugins", "--strict-plugins", "--allow-local-code")
"""Flags that may stand behind the command too."""
# Of torch: the first on a CPU, the second on a GPU.
_OUT_OF_MEMORY = re.compile("allocate memory|out of memory")


class Group(click.Group):
    """Imports a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            from ganforge.cli.provided import provided_command

            return provided_command(cmd_name)
        command: click.Command = import_module(f"ganforge.cli.{cmd_name.replace('-', '_')}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        first = [arg for arg in args[:end] if arg in ANYWHERE]
        rest = [arg for arg in args[:end] if arg not in ANYWHERE]
        return super().parse_args(ctx, [*first, *rest, *args[end:]])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from ganforge.cli.provided import write_provided

        super().format_commands(ctx, formatter)
        write_provided(formatter)

    def invoke(self, ctx: click.Context) -> object:
        with errors_told(ctx):
            return super().invoke(ctx)


@contextmanager
def errors_told(ctx: click.Context) -> Iterator[None]:
    """Errors meant for the user: one message, no traceback. 1: the spec has errors, or training
    broke down; 2: what was asked for could not be done.
    """
    from ganforge.document import SpecNotFound
    from ganforge.errors import CannotStart, SpecError
    from ganforge.runtime.errors import NonFinite, RunError

    try:
        yield
    except SpecError as error:
        from ganforge.cli.output import print_report

        print_report(error.report)
        ctx.exit(1)
    except (SpecNotFound, CannotStart) as error:
        _tell(ctx, str(error), 2)
    except RunError as error:
        _tell(ctx, str(error), 1 if isinstance(error, NonFinite) else 2)
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not _OUT_OF_MEMORY.search(str(error)):
            raise
        _tell(ctx, "there is not enough memory: take a smaller batch, or smaller networks", 2)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # click ends quietly
        place = f"{error.filename}: " if error.filename else ""
        _tell(ctx, f"{place}{error.strerror or error}", 2)


def _tell(ctx: click.Context, message: str, code: int) -> None:
    click.echo(f"error: {message}", err=True)
    ctx.exit(code)


def _without(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        from ganforge.plugins.selection import chosen

        ctx.with_resource(chosen(no_plugins=True))


def _strictly(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        from ganforge.plugins.selection import chosen

        ctx.with_resource(chosen(strict=True))


def _with_local_code(ctx: click.Context, _: click.Parameter, given: bool) -> None:
    if given:
        from ganforge.plugins.selection import chosen

        ctx.with_resource(chosen(local=True))


def _flag(name: str, callback: Callable[..., None], help: str) -> Callable[[F], F]:
    """A flag that takes effect as soon as it is read, so that `--help` heeds it too."""
    return click.option(
        name, is_flag=True, is_eager=True, expose_value=False, callback=callback, help=help
    )


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ganforge", message="%(prog)s %(version)s")
@_flag("--no-plugins", _without, "Take the built-in parts alone.")
@_flag("--allow-local-code", _with_local_code, "Run the code that specs name themselves.")
@_flag("--strict-plugins", _strictly, "Take every problem of a plugin as an error.")
def cli() -> None:
    """Compile GANs declared in TOML to PyTorch: check, train, sample, emit."""
