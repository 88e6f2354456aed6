"""The errors that a user meets, each with its exit code; nothing else lives here.

Every message names what is wrong, where it is, and what to do about it.
"""

from __future__ import annotations

from smallcap.exit_codes import ExitCode


class SmallcapError(Exception):
    """A failure that smallcap explains; the command prints its message without a traceback."""

    exit_code: ExitCode = ExitCode.FAULT


class InputError(SmallcapError):
    """The input, a setting or an argument is wrong; nothing was changed."""

    exit_code = ExitCode.INPUT


class UnwritableHomeError(InputError):
    """The home cannot be written to."""


class MissingStampError(InputError):
    """A table has rows, but the record of what they were made from is gone."""


class HomeBusyError(SmallcapError):
    """Another process writes to this home."""

    exit_code = ExitCode.BUSY


class AuditError(SmallcapError):
    """A table broke its contract or a check, or is not fit to be published.

    What was published is still served.
    """

    exit_code = ExitCode.REFUSED


class DeliveryError(AuditError):
    """A source delivered too little to be merged without a person's word."""


class DegradedError(SmallcapError):
    """Something was published, but from less than was asked for."""

    exit_code = ExitCode.DEGRADED


class NothingPublishedError(SmallcapError):
    """The home has no published warehouse yet."""

    exit_code = ExitCode.UNPUBLISHED


class DamagedCatalogueError(SmallcapError):
    """A catalogue exists but cannot be read, so nothing is served."""

    exit_code = ExitCode.UNPUBLISHED


class MissingFilesError(SmallcapError):
    """Files of the lake that the served catalogue needs are gone."""

    exit_code = ExitCode.UNPUBLISHED
