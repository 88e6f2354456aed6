"""Reads ``home.toml``, in which a home records the settings that it was made with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.parsing import parse_toml

RECORD: Final = "home.toml"


def read_record(home: Path) -> dict[str, Any] | None:
    """Read what a home records; None where it records nothing yet.

    Raises
    ------
    InputError
        When the file cannot be read or is not TOML.
    """
    path = home / RECORD
    try:
        return parse_toml(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); restore it, or use another --home") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); have its owner permit it, or use another --home"
        ) from None
