"""The command `open`: the newest report and Dagster's UI in the browser, the warehouse in DuckDB's client."""

from __future__ import annotations

import shutil
import socket
import subprocess
import webbrowser
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError, SmallcapError
from smallcap.hints import command_hint
from smallcap.pipelines.command.homes import require_published
from smallcap.settings import Settings
from smallcap.warehouse.query import SEARCHED
from smallcap.warehouse.reading import served_path

LOCAL = "127.0.0.1"
WAIT_SECONDS = 2.0
CLIENT = "duckdb"


def open_report(settings: Settings, out: Console) -> None:
    """Show the newest report of the home in the browser, and say where it is.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    InputError
        When there is no report yet.
    """
    pages = sorted(settings.reports_dir.glob("[0-9]*-[0-9]*-[0-9]*/index.html"))
    if not pages:
        require_published(settings)
        made = command_hint(settings, "report", "--open")
        raise InputError(f"there is no report in {settings.reports_dir} yet; make one with: {made}")
    _browse(pages[-1].as_uri(), str(pages[-1]), out)


def open_ui(settings: Settings, port: int, out: Console) -> None:
    """Show Dagster's UI in the browser where it is served, and say its address.

    Raises
    ------
    InputError
        When nothing answers there.
    """
    try:
        socket.create_connection((LOCAL, port), WAIT_SECONDS).close()
    except OSError:
        started = command_hint(settings, "ui", "--port", port)
        raise InputError(f"nothing is served at port {port}; start it with: {started}") from None
    address = f"http://{LOCAL}:{port}"
    _browse(address, address, out)


def open_sql(settings: Settings) -> None:
    """Open the warehouse, to be read only, in DuckDB's command-line client, until it is left.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet.
    InputError
        When the client is not installed.
    SmallcapError
        When it ends with an error.
    """
    path = served_path(settings.warehouse_dir)
    program = shutil.which(CLIENT)
    if program is None:
        queried = command_hint(settings, "sql", "SHOW TABLES")
        raise InputError(
            f"DuckDB's command-line client '{CLIENT}' is not installed (https://duckdb.org/install has it); "
            f"with it: {' '.join(_client(CLIENT, path)[:3])}; without it: {queried}"
        )
    code = subprocess.call(_client(program, path))
    if code:
        raise SmallcapError(
            f"{program} ended with code {code}: its last statement failed, or it is too old to open the "
            f"catalogue, which needs DuckDB 1.4 or newer"
        )


def _client(program: str, path: Path) -> list[str]:
    return [program, "-readonly", str(path), "-cmd", f"SET search_path = '{','.join(SEARCHED)}'"]


def _browse(address: str, shown: str, out: Console) -> None:
    out.print(escape(shown), highlight=False, soft_wrap=True)
    if not webbrowser.open(address):
        raise InputError("no browser was found on this machine; open the address above in one")
