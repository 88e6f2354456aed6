"""What a key, a contact and a token may be, and that no other setting contains one.

The value of a secret is in no message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from smallcap.errors import InputError
from smallcap.redaction import contains_key

SHORTEST_TOKEN: Final = 32
"""Characters of a token of the UI: 128 bits as hexadecimal digits."""
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_CONTACT: Final = re.compile(
    r"(?P<name>[^@<>]*[A-Za-z][^@<>]*?) +<?(?P<mail>[^@\s<>]+@[^@\s<>]+\.[A-Za-z]{2,})>?"
)
_NO_REPLY: Final = re.compile(r"(no|do[-_.]?not|dont)[-_.]?reply", re.IGNORECASE)
LONGEST_CONTACT: Final = 200


def check_key(secret: SecretStr | None) -> SecretStr | None:
    """Return a vendor's key as it is.

    Raises
    ------
    ValueError
        When it contains whitespace, control characters, or characters that a header cannot carry.
    """
    if secret is not None and not _VISIBLE.fullmatch(secret.get_secret_value()):
        raise ValueError(
            "contains whitespace, a line end, or a character that is not plain ASCII; copy the key again, "
            "without quotes and blanks"
        )
    return secret


def check_contact(secret: SecretStr | None) -> SecretStr | None:
    """Return who asks the SEC, as it is.

    Raises
    ------
    ValueError
        When it is not a name and a mail address that can be answered, in characters that a header carries.
    """
    if secret is not None:
        contact_parts(secret)
    return secret


def contact_parts(secret: SecretStr) -> tuple[str, str]:
    """Return the name and the mail address of a contact.

    Raises
    ------
    ValueError
        As `check_contact`.
    """
    text = secret.get_secret_value().strip()
    is_plain = text.isascii() and text.isprintable() and len(text) <= LONGEST_CONTACT
    found = _CONTACT.fullmatch(text) if is_plain else None
    if found is None:
        raise ValueError(
            "must be a name and a mail address in plain ASCII, for example: Jane Doe jane.doe@example.com"
        )
    if _NO_REPLY.search(found["mail"]):
        raise ValueError(
            "names an address that nobody reads, which the SEC refuses; give one at which you can be reached"
        )
    return found["name"], found["mail"]


def check_token(secret: SecretStr | None) -> SecretStr | None:
    """Return the token of the UI as it is; raise ValueError where it is short or no plain text."""
    if secret is None:
        return None
    if len(secret) < SHORTEST_TOKEN or not _VISIBLE.fullmatch(secret.get_secret_value()):
        raise ValueError(
            f"must have at least {SHORTEST_TOKEN} characters, plain ASCII without whitespace; "
            "make one with: openssl rand -hex 32"
        )
    return secret


def refuse_misplaced_keys(values: Mapping[str, Any]) -> None:
    """Refuse settings of which one that is no secret contains a key: it would be shown and recorded.

    Raises
    ------
    InputError
        Naming the setting, not its value.
    """
    secrets = [value.get_secret_value() for value in values.values() if isinstance(value, SecretStr)]
    for name, value in values.items():
        if not isinstance(value, SecretStr) and contains_key(str(value), secrets):
            raise InputError(
                f"setting '{name}' (SMALLCAP_{name.upper()}) contains a key, which would be shown and "
                "recorded: put keys into SMALLCAP_XFINLINK_API_KEY or SMALLCAP_UI_TOKEN only"
            )
