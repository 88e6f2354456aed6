"""What hosts and addresses in settings may be, and how a refused value is explained.

The value of a secret is in no message, nor is what may be a secret in the wrong place.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from smallcap.errors import InputError
from smallcap.hosts import parse_hosts
from smallcap.redaction import without_likely_keys

SECRETS: Final = ("xfinlink_api_key", "ui_token", "sec_contact", "alert_urls")
"""Settings whose value is in no message."""
_LOCALHOST: Final = "localhost"
_LONGEST_VALUE: Final = 200
"""Characters of a refused value that a message shows."""


def check_hosts(text: str | None) -> str | None:
    """Return a list of hosts as it is; raise ValueError where an entry is not a host."""
    parse_hosts(text)
    return text


def check_bind(text: str) -> str:
    """Return the address that the UI listens on; raise ValueError where it is not an IP address."""
    if text.strip().lower() == _LOCALHOST:
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError("must be an IP address of this machine, for example 127.0.0.1 or 0.0.0.0") from None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or an address is this machine itself, which no other can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == _LOCALHOST


def check_key_address(address: str) -> str:
    """Return the address that a key is sent to.

    Raises
    ------
    ValueError
        Where the key could be read on its way: the address is neither https nor on this machine.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if host and "@" not in parts.netloc and is_safe:
        return address
    raise ValueError(
        "must begin with https:// and a host, because the key is sent to it (http:// only for this machine)"
    )


def explain(error: ValidationError) -> InputError:
    """Say which settings were refused, and why."""
    return InputError("; ".join(_sentence(problem) for problem in error.errors()))


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    refused = f"setting '{name}' (SMALLCAP_{name.upper()}): {without_likely_keys(problem['msg'])}"
    if name in SECRETS:
        return refused
    return f"{refused}; got {_shortened(without_likely_keys(repr(problem['input'])))}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
