"""The commands `config`, `config set` and `version`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import ERR, OUT, HomeOption

config_app = typer.Typer(help="The settings in force, and those that a home records.")


@config_app.callback(invoke_without_command=True)
def config(context: typer.Context, home: HomeOption = None) -> None:
    """Show the settings in force, the variable that sets each, and what it means; secrets are masked."""
    from smallcap.pipelines.command.status import show_config

    if context.invoked_subcommand is None:
        show_config(settings_of(home=home), OUT)


@config_app.command("set")
def set_recorded(
    name: Annotated[
        str, typer.Argument(help="One of the settings that change numbers (docs/operations.md).")
    ],
    value: Annotated[str, typer.Argument(help="The value that every year of the home is to be made with.")],
    home: HomeOption = None,
) -> None:
    """Record another value of a setting that changes numbers.

    The next run makes again what depends on it, in every year.
    """
    from smallcap.lake.home import Home

    recorded = Home(settings_of(home=home)).record(name, value)
    ERR.print(
        f"recorded: {name} = {escape(str(recorded))}; the next run makes again what depends on it "
        f"(--dry-run shows what)"
    )


def version() -> None:
    """Show the versions of smallcap and of the libraries that it uses."""
    from importlib.metadata import version as version_of

    from smallcap import __version__

    OUT.print(f"smallcap {__version__}", highlight=False)
    for package in ("dagster", "duckdb", "polars", "deltalake", "dataframely", "pyarrow"):
        OUT.print(f"{package} {version_of(package)}", highlight=False)
