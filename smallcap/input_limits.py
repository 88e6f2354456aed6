"""Limits on the files that are read from an input folder; `Settings` has a setting for each."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class InputLimits:
    """Limits on input files.

    Attributes
    ----------
    file_mb
        Size of one file, as stored and unpacked, in MB.
    total_mb
        Size of all files together, unpacked, in MB.
    files
        Number of files and folders below the input folder, and of members of a zip.
    line_characters
        Length of a line of text, in bytes.
    """

    file_mb: int = 512
    total_mb: int = 4096
    files: int = 20_000
    line_characters: int = 1_000_000

    @property
    def file_bytes(self) -> int:
        """Size of one file in bytes."""
        return self.file_mb * MEGABYTE

    @property
    def total_bytes(self) -> int:
        """Size of all files together in bytes."""
        return self.total_mb * MEGABYTE
