"""One request to the SEC: who asks, from which host, and whether the body is what was asked for.

The SEC refuses callers who do not say who they are, shuts out addresses that ask too often, and answers with
an HTML page, at times under status 200, where a file was expected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests
from pydantic import SecretStr

from smallcap.errors import InputError
from smallcap.rules.types.sec import Form, Host, SecRules
from smallcap.secret_checks import contact_parts
from smallcap.sources.edgar.bodies import page_title, require_form
from smallcap.sources.fetching import RateLimit, RefusedError, TransientError
from smallcap.sources.fetching.http import HttpLimits, download, open_session

NAME: Final = "sec"
NO_CONTACT: Final = (
    "the SEC asks everyone who fetches its records by program for a name and a mail address, and none is "
    'given: nothing was asked. Set SMALLCAP_SEC_CONTACT, for example "Jane Doe jane.doe@example.com"; it is '
    "sent to the SEC with every request and written into no table"
)
_TOO_OFTEN: Final = re.compile(rb"request rate threshold|too many requests", re.IGNORECASE)
_UNDECLARED: Final = re.compile(rb"undeclared automated tool", re.IGNORECASE)
_NO_SUCH_FILE: Final = (b"<Code>NoSuchKey</Code>", b"<Code>AccessDenied</Code>")
LARGEST_DOWNLOAD_BYTES: Final = 20_000_000_000
_LOOKED_AT_BYTES: Final = 65_536
_NOT_FOUND, _FORBIDDEN, _TOO_MANY = 404, 403, 429


class NotFoundError(RefusedError):
    """The SEC has no such file."""


@dataclass(frozen=True)
class Hosts:
    """Addresses of the SEC's hosts, without a slash at their end."""

    www: str
    data: str
    efts: str

    def of(self, host: Host) -> str:
        """Return the address of a host."""
        address: str = getattr(self, host)
        return address.rstrip("/")


class SecClient:
    """Asks the SEC for files.

    Parameters
    ----------
    contact
        Who asks: a name and a mail address; with None a request raises an error that says what to set.
    hosts
        Where the SEC is.
    limits
        Limits of one response.
    rate
        The limit that all processes share; a shut-out is noted there.
    rules
        How long an address that asked too often keeps silent.
    """

    def __init__(
        self, contact: SecretStr | None, hosts: Hosts, limits: HttpLimits, rate: RateLimit, rules: SecRules
    ) -> None:
        self._contact = contact
        self._hosts = hosts
        self._rate = rate
        self._block_seconds = rules.block_minutes * 60
        # Requests follow each other by the hundred: the connections are kept.
        self._session = open_session(limits)
        self._limits = limits

    def require_contact(self) -> None:
        """Refuse to go on without a contact.

        Raises
        ------
        InputError
            When none is set; nothing was asked.
        """
        self._headers()

    def get(self, host: Host, path: str, form: Form) -> bytes:
        """Request a file once.

        Raises
        ------
        InputError
            When no contact is set; nothing is asked.
        NotFoundError
            When there is no such file.
        TransientError
            When a retry may help, also where an HTML page came in place of the file; with the length of the
            shut-out where the address asked too often.
        RefusedError
            When a retry does not help.
        """
        url, headers = f"{self._hosts.of(host)}{path}", self._headers()
        try:
            body: bytes = self._session.get(url, headers=headers).content
        except requests.exceptions.RequestException as error:
            raise RefusedError(f"{_address(url)}: {error}. Check the address in the settings") from None
        except (TransientError, RefusedError) as error:
            raise self._explained(error, _address(url)) from None
        self._require(body, form, _address(url))
        return body

    def download(self, host: Host, path: str, file: Path) -> bytes:
        """Request a zip that is too large for memory once, and write it to a file.

        Returns
        -------
        bytes
            Nothing: what came is in the file.

        Raises
        ------
        InputError, NotFoundError, TransientError, RefusedError
            As `get`.
        """
        url, headers = f"{self._hosts.of(host)}{path}", self._headers()
        try:
            download(url, headers, file, self._limits.timeout_seconds, LARGEST_DOWNLOAD_BYTES)
        except (TransientError, RefusedError) as error:
            raise self._explained(error, _address(url)) from None
        with open(file, "rb") as stream:
            self._require(stream.read(_LOOKED_AT_BYTES), "zip", _address(url))
        return b""

    def _require(self, body: bytes, form: Form, address: str) -> None:
        problem = self._shut_out(body, address) if page_title(body) is not None else None
        if problem is not None:
            raise problem
        require_form(body, form, address)

    def _headers(self) -> Mapping[str, str]:
        if self._contact is None:
            raise InputError(NO_CONTACT)
        return {"User-Agent": " ".join(contact_parts(self._contact)), "Accept-Encoding": "gzip, deflate"}

    def _explained(self, error: TransientError | RefusedError, address: str) -> TransientError | RefusedError:
        """Say what a refusal of the SEC means, and note a shut-out for every process."""
        if error.status == _TOO_MANY:
            return self._blocked(
                address, (error.retry_after if isinstance(error, TransientError) else 0) or 0
            )
        if error.status in (_FORBIDDEN, 503) and (problem := self._shut_out(error.body, address)):
            return problem
        is_absent = error.status == _FORBIDDEN and any(code in error.body for code in _NO_SUCH_FILE)
        if error.status == _NOT_FOUND or is_absent:
            return NotFoundError(f"{address}: the SEC has no such file", status=error.status, body=error.body)
        return error

    def _shut_out(self, body: bytes, address: str) -> TransientError | RefusedError | None:
        """Return the error of a page that says why nothing is served; None for any other page."""
        if _TOO_OFTEN.search(body):
            return self._blocked(address)
        if _UNDECLARED.search(body):
            return RefusedError(
                f"{address}: the SEC does not accept the contact that was sent. Give your own name and a "
                f"mail address at which you can be reached in SMALLCAP_SEC_CONTACT"
            )
        return None

    def _blocked(self, address: str, seconds: float = 0.0) -> TransientError:
        wait = max(seconds, self._block_seconds)
        self._rate.block(wait)
        return TransientError(f"{address}: the SEC says that this address asked too often", wait)


def _address(url: str) -> str:
    return url.split("?")[0]
