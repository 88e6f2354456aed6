"""What `doctor` finds: one thing looked at, whether it is well, and what to do if not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from smallcap.errors import SmallcapError


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
