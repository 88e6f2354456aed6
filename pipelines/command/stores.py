"""The commands about object stores: `push`, `pull` and `gc`."""

from __future__ import annotations

from typing import Annotated

import typer

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command.homes import settings_of
from smallcap.pipelines.command.options import ERR, OUT, HomeOption

PUSH_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the store serves this publication; {ExitCode.BUSY} another push was first, "
    f"and nothing was changed; {ExitCode.UNPUBLISHED} nothing is published, or files of it are gone; "
    f"{ExitCode.INPUT} the store cannot be reached or serves another home."
)
PULL_EXIT_CODES = (
    f"Exit codes: {ExitCode.DONE} the copy serves what the store serves; {ExitCode.BUSY} another pull writes "
    f"to the copy; {ExitCode.UNPUBLISHED} nothing was pushed yet; {ExitCode.INPUT} the store cannot be "
    f"reached, a file of it is damaged, or the folder is no copy of it."
)
StoreArgument = Annotated[
    str,
    typer.Argument(
        metavar="STORE",
        help="s3://bucket/prefix, az://container/prefix, gs://bucket/prefix or a local folder; one per home.",
        show_default=False,
    ),
]


def push(store: StoreArgument, home: HomeOption = None) -> None:
    """Send what the home serves to an object store: files that it does not have, and last a pointer."""
    from smallcap.pipelines.command.store import show_push

    show_push(settings_of(home=home), store, OUT, ERR)


def pull(store: StoreArgument, home: HomeOption = None) -> None:
    """Bring a read-only copy (--home) to what an object store serves; only missing files are fetched."""
    from smallcap.pipelines.command.store import show_pull

    show_pull(home, store, OUT, ERR)


def gc(
    store: StoreArgument,
    keep: Annotated[int, typer.Option(min=1, help="Publications that stay.")] = 5,
) -> None:
    """Remove from an object store what no kept publication names."""
    from smallcap.pipelines.command.store import show_gc

    show_gc(store, keep, OUT)
