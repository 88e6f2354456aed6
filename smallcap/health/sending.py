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
    """An address did not take a message.

    Attributes
    ----------
    is_told
        Whether another address took it. A message that none took is sent again at the next look.
    """

    exit_code = ExitCode.LATER

    def __init__(self, refused: Sequence[int], addresses: int) -> None:
        self.is_told = len(refused) < addresses
        what = "is not sent to it again" if self.is_told else "is sent again at the next look"
        places = ", ".join(map(str, refused))
        super().__init__(
            f"a message was not taken by address {places} of SMALLCAP_ALERT_URLS, and {what}. Try the "
            f"addresses with: smallcap alert --test"
        )


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
        self._addresses = _opened(addresses.get_secret_value().replace(",", " ").split())

    def send(self, title: str, body: str, *, is_good: bool) -> None:
        """Send one message to every address.

        Raises
        ------
        AlertError
            When one of the addresses did not take it.
        """
        from apprise import NotifyType

        kind = NotifyType.SUCCESS if is_good else NotifyType.FAILURE
        refused = [
            place
            for place, address in enumerate(self._addresses, 1)
            if not address.notify(title=title, body=body, notify_type=kind)
        ]
        if refused:
            raise AlertError(refused, len(self._addresses))

    def tell(self, home: str, change: Change) -> None:
        """Send the message about an incident that began or ended; raise as `send`."""
        incident, is_over = change.incident, change.is_over
        title = f"smallcap, {incident.subject}: {'over' if is_over else 'needs a person'}"
        began = f"It began at {incident.since} UTC:\n" if is_over else ""
        self.send(title, f"{home}\n{began}{incident.told}", is_good=is_over)


def _opened(addresses: Sequence[str]) -> list[Apprise]:
    """Open each address by itself: one that does not answer says nothing of the others."""
    try:
        from apprise import Apprise
    except ImportError:
        raise InputError(f"alerts need the library apprise: {INSTALL}") from None
    # Its log would show addresses, with the passwords in them.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    opened = [Apprise() for _ in addresses]
    for number, (one, address) in enumerate(zip(opened, addresses, strict=True), 1):
        if not one.add(address):
            raise InputError(
                f"address {number} of SMALLCAP_ALERT_URLS is not understood; docs/health.md lists the forms"
            )
    return opened
