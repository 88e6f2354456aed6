"""A query that begins with a comment: `--` begins an option too, and is told from one here."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

_OPTION = re.compile(r"--([A-Za-z][A-Za-z-]*(=.*)?)?", flags=re.DOTALL)


class QueryCommand(TyperCommand):
    """A command whose argument is SQL, which may begin with a comment."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; a blank before a comment keeps it from being read as an option."""
        return super().parse_args(ctx, [f" {one}" if is_comment(one) else one for one in args])


def is_comment(argument: str) -> bool:
    """Say whether an argument is SQL that begins with a comment, and no option."""
    return argument.startswith("--") and not _OPTION.fullmatch(argument)
