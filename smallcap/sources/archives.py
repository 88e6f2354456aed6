"""Unpacks gzip and zip files in memory, within a limit on the declared and on the actual size."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from smallcap.errors import InputError
from smallcap.input_limits import MEGABYTE

_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31
"""zlib's window bits for the gzip format."""
_IS_ENCRYPTED = 0x1
DAMAGE = (
    *(zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError),
    *(IndexError, zlib.error, lzma.LZMAError, struct.error),
)
"""What zipfile raises for archives that are damaged or use a method that it does not know."""


@dataclass(frozen=True)
class Member:
    """A file in a zip: its path there and its bytes."""

    name: str
    payload: bytes


def gunzip(payload: bytes, what: str, most_bytes: int) -> bytes:
    """Unpack a gzip file of one or several members.

    Parameters
    ----------
    payload
        The file.
    what
        The name of the file in messages.
    most_bytes
        Limit on the unpacked size.

    Raises
    ------
    InputError
        When the file is damaged, incomplete or too large.
    """
    if payload[: len(_GZIP_MAGIC)] != _GZIP_MAGIC:
        raise InputError(f"{what} is not a readable gzip file. Download or compress it again")
    declared = int.from_bytes(payload[-4:], "little")
    if declared > most_bytes:
        raise InputError(
            f"{what} unpacks to more than {most_bytes / MEGABYTE:g} MB, as it declares, or is "
            f"incomplete. Download or "
            f"compress it again, or raise max_input_mb (SMALLCAP_MAX_INPUT_MB)"
        )
    unpacked = bytearray()
    rest = payload
    try:
        while rest:
            reader = zlib.decompressobj(_GZIP)
            while not reader.eof:
                piece = reader.decompress(rest, _CHUNK)
                unpacked += piece
                if len(unpacked) > most_bytes:
                    raise _too_large(what, most_bytes)
                rest = reader.unconsumed_tail
                if not piece and not rest and not reader.eof:
                    raise InputError(f"{what} is an incomplete gzip file. Download or compress it again")
            rest = reader.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InputError(
            f"{what} is not a readable gzip file ({error}). Download or compress it again"
        ) from None
    return bytes(unpacked)


def unzip(
    payload: bytes,
    what: str,
    most_bytes: int,
    most_members: int,
    is_wanted: Callable[[str], bool],
) -> list[Member]:
    """Unpack the wanted files of a zip, in the order of the archive.

    Parameters
    ----------
    payload
        The file.
    what
        The name of the file in messages.
    most_bytes, most_members
        Limits on the unpacked size of all wanted files together, and on the number of entries.
    is_wanted
        Whether the file with this path is unpacked.

    Raises
    ------
    InputError
        When the file is damaged, encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            wanted = _wanted(archive, what, most_members, is_wanted)
            if sum(entry.file_size for entry in wanted) > most_bytes:
                raise _too_large(what, most_bytes)
            members, left = [], most_bytes
            for entry in wanted:
                with archive.open(entry) as opened:
                    content = opened.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _too_large(what, most_bytes)
                members.append(Member(entry.filename, content))
    except DAMAGE as error:
        raise InputError(
            f"{what} is not a readable zip (a web page, or an incomplete download): {error}. "
            f"Download it again"
        ) from None
    return members


def member_names(payload: bytes, what: str) -> list[str]:
    """Return the paths of the files in a zip. Raises `InputError` when it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            return [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except DAMAGE as error:
        raise InputError(
            f"{what} is not a readable zip (a web page, or an incomplete download): {error}. "
            f"Download it again"
        ) from None


def is_hidden(name: str) -> bool:
    """Return whether a path has a part that starts with a dot or an underscore, as macOS adds to a zip."""
    return any(part.startswith((".", "_")) for part in name.replace("\\", "/").split("/"))


def _wanted(
    archive: zipfile.ZipFile, what: str, most_members: int, is_wanted: Callable[[str], bool]
) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > most_members:
        raise InputError(
            f"{what} has {len(entries):,} entries, more than {most_members:,}. Remove files from "
            f"it, or raise "
            f"max_input_files (SMALLCAP_MAX_INPUT_FILES)"
        )
    wanted = [entry for entry in entries if not entry.is_dir() and is_wanted(entry.filename)]
    encrypted = next((entry.filename for entry in wanted if entry.flag_bits & _IS_ENCRYPTED), None)
    if encrypted is not None:
        raise InputError(f"{what} is encrypted ({encrypted}). Unpack it with its password, and use the files")
    return wanted


def _too_large(what: str, most_bytes: int) -> InputError:
    return InputError(
        f"{what} unpacks to more than {most_bytes / MEGABYTE:g} MB. Use a smaller file, or raise "
        f"max_input_mb "
        f"(SMALLCAP_MAX_INPUT_MB)"
    )
