"""The commands that serve pages for a home: `ui` for a person's machine, `serve` for good."""

from __future__ import annotations

from typing import Annotated

import typer

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import HomeOption

SERVE_EXIT_CODES = (
    f"Exit codes: {ExitCode.TERMINATED} and {ExitCode.INTERRUPTED} stopped, with all that it started; "
    f"{ExitCode.INPUT} a wrong setting, a port that is taken, or a database that Dagster cannot reach; "
    f"{ExitCode.FAULT} a process ended again and again."
)


def ui(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Serve Dagster's UI and daemon for the home, for this machine only unless SMALLCAP_BIND is set."""
    from smallcap.pipelines.web.ui import serve_ui

    serve_ui(settings_of(home=home), port)


def serve(
    host: Annotated[
        str | None,
        typer.Option(
            help="The address to listen on, in place of SMALLCAP_BIND; one that other machines can reach "
            "needs SMALLCAP_UI_TOKEN.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Serve a home for good: the guarded web server, Dagster's daemon and a code server, each kept running.

    One that ends by itself is started again. SIGTERM ends all of them within 30 seconds.
    """
    from smallcap.pipelines.web.serve import serve as serve_home

    serve_home(settings_of(home=home, bind=host), port)
