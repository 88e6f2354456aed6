"""Hosts as a browser names them: a name or an address, with or without a port."""

from __future__ import annotations

import re
from typing import NamedTuple

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This machine, as seen by itself."""
_AUTHORITY = re.compile(
    r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))(?::([0-9]{1,5}))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that mean all addresses of this machine, and the one at which this machine opens them."""


class Authority(NamedTuple):
    """A host and its port; no port means that of the scheme, or, in a list of allowed hosts, any."""

    host: str
    port: int | None

    def allows(self, other: Authority) -> bool:
        """Tell whether this entry of a list of allowed hosts covers another host."""
        return self.host == other.host and self.port in (None, other.port)


def is_wildcard(host: str) -> bool:
    """Tell whether who listens at this address listens at every address of this machine."""
    return host in _WILDCARDS


def own_hosts(host: str) -> list[Authority]:
    """Return the hosts, at any port, under which a server that listens at this address is opened.

    Those of this machine, and the address itself. A wildcard is no address that a browser asks for.
    """
    bound = () if is_wildcard(host) else (host,)
    return [Authority(own, None) for own in (*LOOPBACK, *bound)]


def url_of(address: Authority) -> str:
    """Write the address at which this machine opens what listens there."""
    host = _WILDCARDS.get(address.host, address.host)
    return f"http://[{host}]:{address.port}" if ":" in host else f"http://{host}:{address.port}"


def parse_authority(text: str) -> Authority | None:
    """Read a host with or without a port; None where it is neither."""
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        return None
    return Authority((found[1] or found[2]).lower(), int(found[3]) if found[3] else None)


def parse_origin(text: str) -> Authority | None:
    """Read the origin of a page, scheme and host; None where it has none, as a file or a sandboxed frame."""
    scheme, separator, rest = text.partition("://")
    authority = parse_authority(rest)
    if not separator or authority is None or scheme not in _DEFAULT_PORTS:
        return None
    return Authority(authority.host, authority.port or _DEFAULT_PORTS[scheme])


def is_same_host(origin: Authority, host: Authority) -> bool:
    """Tell whether this host served a page of this origin; a host without a port has its scheme's."""
    return origin.host == host.host and (
        origin.port == host.port or (host.port is None and origin.port in _DEFAULT_PORTS.values())
    )


def parse_hosts(text: str | None) -> list[Authority]:
    """Read a list of hosts, separated by commas.

    Raises
    ------
    ValueError
        When an entry is not a host or host:port.
    """
    entries = [entry.strip() for entry in (text or "").split(",") if entry.strip()]
    parsed = [(entry, parse_authority(entry)) for entry in entries]
    wrong = [entry for entry, authority in parsed if authority is None]
    if wrong:
        raise ValueError(
            f"'{wrong[0]}' is not a host or host:port, for example research.example.com or localhost:8080"
        )
    return [authority for _, authority in parsed if authority is not None]
