"""The command `ganforge`: finds its commands when they are named, and tells errors in one place."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click

COMMANDS = (
    *("check", "train", "sample", "eval", "train-features", "emit", "show", "diff", "graph"),
    *("new", "list", "blocks", "losses", "explain", "rules", "schema"),
)
# Of torch: the first on a CPU, the second on a GPU.
_OUT_OF_MEMORY = re.compile("allocate memory|out of memory")


class Group(click.Group):
    """Imports a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ganforge.cli.{cmd_name.replace('-', '_')}").command
        return command

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


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ganforge", message="%(prog)s %(version)s")
def cli() -> None:
    """Compile GANs declared in TOML to PyTorch: check, train, sample, emit."""
