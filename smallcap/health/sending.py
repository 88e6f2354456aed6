"""Sends messages about incidents to the addresses of the setting `alert_urls`, by the library apprise."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from smallcap.errors import InputError, SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.health.incidents import Change

if TYPE_CHECKING:
    from apprise import Apprise

INSTALL = "install smallcap with its extra 'alerts': pip install 'smallcap[alerts]'"


class AlertError(SmallcapError):
    """A message could not be delivered; the next look tries again."""

    exit_code = ExitCode.LATER


class Sender:
    """Sends messages to every address.

    Parameters
    ----------
    addresses
        Addresses in apprise's form, separated by whitespace or commas. They hold passwords, so no message
        shows one.

    Raises
    ------
    InputError
        When there is no address, one of them is not understood, or apprise is not installed.
    """

    def __init__(self, addresses: SecretStr | None) -> None:
        if addresses is None:
            raise InputError(
                "nobody is named to be told: set SMALLCAP_ALERT_URLS, for example to "
                "mailto://user:password@mail.example.com?to=me@example.com (docs/health.md lists more)"
            )
        self._apprise = _opened(addresses.get_secret_value().replace(",", " ").split())

    def send(self, title: str, body: str, *, is_good: bool) -> None:
        """Send one message to every address.

        Raises
        ------
        AlertError
            When one of the addresses did not take it.
        """
        from apprise import NotifyType

        kind = NotifyType.SUCCESS if is_good else NotifyType.FAILURE
        if not self._apprise.notify(title=title, body=body, notify_type=kind):
            raise AlertError(
                "a message could not be delivered to every address of SMALLCAP_ALERT_URLS; what is sent is "
                "tried again at the next look. Try the addresses with: smallcap alert --test"
            )

    def tell(self, home: str, changes: Sequence[Change]) -> None:
        """Send one message per incident that began or ended."""
        for change in changes:
            incident, is_over = change.incident, change.is_over
            title = f"smallcap, {incident.subject}: {'over' if is_over else 'needs a person'}"
            began = f"It began at {incident.since} UTC:\n" if is_over else ""
            self.send(title, f"{home}\n{began}{incident.told}", is_good=is_over)


def _opened(addresses: Sequence[str]) -> Apprise:
    try:
        from apprise import Apprise
    except ImportError:
        raise InputError(f"alerts need the library apprise: {INSTALL}") from None
    # Its log would show addresses, with the passwords in them.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    opened = Apprise()
    for number, address in enumerate(addresses, 1):
        if not opened.add(address):
            raise InputError(
                f"address {number} of SMALLCAP_ALERT_URLS is not understood; docs/health.md lists the forms"
            )
    return opened
