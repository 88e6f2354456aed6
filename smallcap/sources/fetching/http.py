"""A single HTTP request: time-outs, a limit on the response size, and which failures are transient.

The adapters interpret the body.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from smallcap.private_files import open_private
from smallcap.sources.fetching.errors import RefusedError, TransientError
from smallcap.stopping import stop_if_requested

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
WHOLE_ANSWER_TIMEOUTS = 10
"""A slow body may take at most this many times the time-out of one read."""
_CHUNK_BYTES = 65_536
_SHOWN_CHARACTERS = 300
_CUT_RUN = re.compile(r"[A-Za-z0-9+/=~%_-]*$")
"""What a key that is cut off would leave at the end of a text."""
_FAILURES_ON_THE_WAY = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True)
class HttpLimits:
    """The time-out of one read in seconds, and the largest body in bytes."""

    timeout_seconds: float
    max_bytes: int


def open_session(limits: HttpLimits) -> requests.Session:
    """Open a session whose responses are complete, of status 200 (or a redirect), and within the limits.

    For anything else the request raises `TransientError` or `RefusedError`.
    """
    session = requests.Session()
    adapter = _LimitedAdapter(limits)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def get(url: str, params: Mapping[str, str], limits: HttpLimits) -> bytes:
    """Request a body once.

    Raises
    ------
    TransientError
        When a retry may help: time-out, broken connection, 429, 5xx.
    RefusedError
        When a retry does not help: any other status, a body that is too large.
    """
    with open_session(limits) as session:
        try:
            content: bytes = session.get(url, params=dict(params)).content
        except requests.exceptions.RequestException as error:
            raise RefusedError(f"{url}: {error}. Check the address in the settings") from None
    return content


def download(
    url: str, headers: Mapping[str, str], path: Path, timeout_seconds: float, max_bytes: int
) -> None:
    """Request a body that is too large for memory, once, and write it to a file.

    Parameters
    ----------
    url, headers
        The address, and what is sent with the request.
    path
        The file, in place of one that exists.
    timeout_seconds
        The time-out of one read; the whole body may take any time.
    max_bytes
        A larger body is refused.

    Raises
    ------
    TransientError, RefusedError
        As `get`; the file may then hold a part.
    """
    address = url.split("?")[0]
    try:
        with requests.get(url, headers=dict(headers), stream=True, timeout=timeout_seconds) as response:
            if response.status_code != requests.codes.ok:
                body = next(response.iter_content(_CHUNK_BYTES), b"")
                raise_for_status(response.status_code, body, response.headers, address)
            size = 0
            with open(path, "wb", opener=open_private) as stream:
                for chunk in response.iter_content(_CHUNK_BYTES):
                    stop_if_requested()
                    size += len(chunk)
                    if size > max_bytes:
                        raise RefusedError(f"{address}: the file is larger than {max_bytes / 1e9:g} GB")
                    stream.write(chunk)
    except requests.exceptions.SSLError as error:
        raise RefusedError(f"{address}: the certificate is not accepted ({error})") from None
    except _FAILURES_ON_THE_WAY as error:
        raise TransientError(f"{address}: {shortened(str(error))}") from None
    except requests.exceptions.RequestException as error:
        raise RefusedError(f"{address}: {error}. Check the address in the settings") from None


def raise_for_status(status: int, body: bytes, headers: Mapping[str, str], address: str) -> None:
    """Raise for every status but 200, with the vendor's own message where the body has one.

    Raises
    ------
    TransientError
        For a status of `TRANSIENT_STATUSES`, with the wait that the body or the headers request.
    RefusedError
        For any other.
    """
    if status == requests.codes.ok:
        return
    said = _described(body)
    message = f"{address} answered {status}" + (f": {said}" if said else "")
    if status in TRANSIENT_STATUSES:
        raise TransientError(message, _retry_after(body, headers), status=status, body=body)
    raise RefusedError(message, status=status, body=body)


class _LimitedAdapter(HTTPAdapter):
    """The transport of a session, with `HttpLimits` and our own errors."""

    def __init__(self, limits: HttpLimits) -> None:
        super().__init__()
        self._limits = limits

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: object = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send once and read the complete body; the time-out of the limits replaces the caller's."""
        address = (request.url or "").split("?")[0]
        try:
            response = super().send(request, True, self._limits.timeout_seconds, verify, cert, proxies)
            body = self._read(response, address)
        except requests.exceptions.SSLError as error:
            raise RefusedError(f"{address}: the certificate is not accepted ({error})") from None
        except _FAILURES_ON_THE_WAY as error:
            raise TransientError(f"{address}: {shortened(str(error))}") from None
        if not response.is_redirect:
            raise_for_status(response.status_code, body, response.headers, address)
        # The body has been read under the limits; the response must not read the connection again.
        response._content = body
        return response

    def _read(self, response: requests.Response, address: str) -> bytes:
        latest = time.monotonic() + self._limits.timeout_seconds * WHOLE_ANSWER_TIMEOUTS
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._limits.max_bytes:
                response.close()
                raise RefusedError(
                    f"{address}: the response is larger than {self._limits.max_bytes / 1e6:g} MB. "
                    "Raise max_response_mb (SMALLCAP_MAX_RESPONSE_MB) if that size is expected"
                )
            if time.monotonic() > latest:
                response.close()
                raise TransientError(
                    f"{address}: the response was not complete after {WHOLE_ANSWER_TIMEOUTS} time-outs"
                )
        return bytes(body)


def _described(body: bytes) -> str:
    """Find the vendor's own message in an error body."""
    answer = _json_object(body)
    words = [answer[name] for name in ("detail", "message", "error") if isinstance(answer.get(name), str)]
    return (
        shortened(str(words[0]))
        if words
        else shortened(body[: _SHOWN_CHARACTERS * 4].decode("utf-8", errors="replace"))
    )


def _retry_after(body: bytes, headers: Mapping[str, str]) -> float | None:
    for given in (_json_object(body).get("retry_after_seconds"), headers.get("Retry-After")):
        try:
            seconds = float(str(given))
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _json_object(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def shortened(text: str) -> str:
    """Make a vendor's text safe to show: one line, printable, limited length.

    A run of letters, digits and signs that the limit would cut is left out: the beginning of a key would not
    be recognised as one.
    """
    printable = "".join(character if character.isprintable() else " " for character in text)
    one_line = " ".join(printable.split())
    if len(one_line) <= _SHOWN_CHARACTERS:
        return one_line
    return _CUT_RUN.sub("", one_line[:_SHOWN_CHARACTERS]) + "…"
