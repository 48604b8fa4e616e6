"""`ganforge plugins`: what is installed, what it gives, and what is wrong with it."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = ("list", "show", "doctor", "new", "test")


class Plugins(click.Group):
    """Imports a command's file when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ganforge.cli.plugins.{cmd_name}").command
        return command


@click.group("plugins", cls=Plugins)
def command() -> None:
    """List plugins, show what they give, find what is wrong with them, make and test new ones."""
