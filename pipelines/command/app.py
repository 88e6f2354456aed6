"""The `smallcap` command: thin; it reads arguments, calls the library or the job, and shows what came out.

Dagster is imported only where something runs, Polars only where a frame is needed, so that `--help` and `sql`
are quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from smallcap import __version__
from smallcap.errors import InputError, SmallcapError
from smallcap.exit_codes import ExitCode, in_words
from smallcap.pipelines.command import (
    asking,
    companies,
    configuring,
    exploring,
    keeping,
    making,
    operating,
    results,
    serving,
    stores,
    watching,
)
from smallcap.pipelines.command.book_app import book_app
from smallcap.pipelines.command.comments import QueryCommand
from smallcap.pipelines.command.completing import prepare
from smallcap.pipelines.command.consoles import make_all_writable, make_warnings_visible
from smallcap.pipelines.command.ending import end_quickly
from smallcap.pipelines.command.fleets import fleet_app
from smallcap.pipelines.command.options import ERR
from smallcap.pipelines.command.unexpected import describe
from smallcap.pipelines.little_memory import make_do, too_little
from smallcap.pipelines.shortage import explained_shortage
from smallcap.pipelines.signals import Stopped, stopped_by_signals
from smallcap.pipelines.witness import WATCHED, watch
from smallcap.redaction import Redactor

app = typer.Typer(
    name="smallcap",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Which US small caps were strong, cheap and clean on a date, and why, from what was known then.",
    epilog=in_words(ExitCode),
)

COMMANDS: tuple[Callable[..., None], ...] = (
    *(making.run, making.backfill, making.night, making.fetch),
    *(
        asking.status,
        asking.sql,
        companies.why,
        results.funnel,
        companies.screen,
        results.report,
        results.regress,
    ),
    *(companies.compare, exploring.tables, exploring.describe, companies.explain_filing),
    *(keeping.rollback, keeping.accept, keeping.export, watching.doctor, watching.health),
    *(watching.alert, serving.ui, configuring.version, exploring.completion),
)
for command in COMMANDS:
    app.command(cls=QueryCommand if command is asking.sql else None)(command)
app.command("open")(exploring.open_)
app.command(epilog=keeping.DIFF_EXIT_CODES)(keeping.diff)
app.command(epilog=serving.SERVE_EXIT_CODES)(serving.serve)
app.command(epilog=operating.BACKUP_EXIT_CODES)(operating.backup)
app.command(epilog=operating.RESTORE_EXIT_CODES)(operating.restore)
app.command(epilog=stores.PUSH_EXIT_CODES)(stores.push)
app.command(epilog=stores.PULL_EXIT_CODES)(stores.pull)
app.command()(stores.gc)
app.add_typer(book_app, name="book")
app.add_typer(configuring.config_app, name="config")
app.add_typer(fleet_app, name="fleet")


def _show_version(is_asked: bool) -> None:
    """Show the version and end, where that was asked for."""
    if is_asked:
        typer.echo(f"smallcap {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end."),
    ] = False,
) -> None:
    """Take the options that need no command; each has a callback that does what it says."""


def main() -> None:
    """Run the command.

    An explained error, or a signal, is shown in one line without a traceback and sets the exit code. Any
    other error is shown with the file that has its traceback.
    """
    make_warnings_visible()
    make_all_writable()
    prepare()
    try:
        with stopped_by_signals():
            app()
    except SmallcapError as error:
        _end(error)
    except Stopped as stop:
        # Not by the console: the signal may have come while it wrote a line, which it would write again.
        typer.secho(str(stop), err=True, bold=True)
        sys.exit(stop.exit_code)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # Libraries written in Rust raise panics that are no Exception.
        _end(explained_shortage(error) or SmallcapError(describe(error)))


def _end(error: SmallcapError) -> NoReturn:
    """Show an explained error, and end with its exit code."""
    message = Redactor().text(str(error))
    try:
        ERR.print(f"[bold red]error:[/] {escape(message)}", highlight=False, soft_wrap=True, emoji=False)
    except MemoryError:
        # Colours take memory, of which there may be none left.
        os.write(sys.stderr.fileno(), f"error: {message}\n".encode())
    sys.exit(error.exit_code)


def process() -> None:
    """Run the command as a process of its own."""
    make_do()
    if told := too_little(is_working=not set(WATCHED).isdisjoint(sys.argv[1:2])):
        _end(InputError(told))
    watch(sys.argv)
    end_quickly(main)


if __name__ == "__main__":
    process()
