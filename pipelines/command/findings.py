"""What `doctor` finds: one thing looked at, whether it is well, and what to do if not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from smallcap.errors import SmallcapError
from smallcap.private_files import open_to_others
from smallcap.settings import Settings


class Finding(NamedTuple):
    """One thing looked at: whether it is well, and what to do if not."""

    what: str
    is_well: bool
    remedy: str


def explained(look: Callable[[], str], what: str) -> Finding:
    """Look, and turn an explained error into a finding."""
    try:
        return Finding(look(), True, "")
    except SmallcapError as error:
        return Finding(what, False, str(error))


def warn_of_open_home(settings: Settings, out: Console) -> None:
    """Say where others can read a home with licensed data; the sample's are not."""
    remark = open_to_others(settings.home) if settings.preset != "sample" else None
    if remark is not None:
        out.print(f"[yellow]warning[/] {escape(remark)}", highlight=False, soft_wrap=True)
