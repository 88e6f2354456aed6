"""Removes keys from everything that is shown or kept: texts, payloads, errors."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "[key hidden]"
KEY_FORM: Final = re.compile(r"xfl_[A-Za-z0-9]{8,}")
"""The form of a vendor's key, so that a key that is not configured is hidden too."""
SECRET_VARIABLES: Final = (
    "SMALLCAP_XFINLINK_API_KEY",
    "SMALLCAP_SEC_CONTACT",
    "SMALLCAP_UI_TOKEN",
    "SMALLCAP_ALERT_URLS",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
)
"""Environment variables whose value is a secret."""
_UNBROKEN: Final = re.compile(r"[A-Za-z0-9+/=~%_-]{20,}")
"""Text that may be a key of a form that is not known."""
_PASSWORD: Final = re.compile(r"(?<=//)[^/@\s]*@")
"""The name and password in an address."""
_SHOWN_ATTRIBUTES: Final = ("strerror", "filename", "filename2")
"""What an OSError shows of itself; its arguments are a copy."""
_SHORTEST_SOUGHT: Final = 8
"""Characters of a secret that is searched for in other values; a shorter one would be found by chance."""


class Redactor:
    """Replaces keys by `HIDDEN`, as they are and percent-encoded as in an address.

    Parameters
    ----------
    secrets
        The keys in use; empty ones are skipped.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first, so that a key that contains another one is hidden completely.
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._encoded = [re.compile(_encoded(secret)) for secret in self._secrets]
        self._encoded_bytes = [re.compile(_encoded(secret).encode()) for secret in self._secrets]

    def text(self, text: str) -> str:
        """Return the text without keys."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for encoded in self._encoded if "%" in text else ():
            text = encoded.sub(HIDDEN, text)
        return KEY_FORM.sub(HIDDEN, text)

    def payload(self, payload: bytes) -> bytes:
        """Return the payload without the keys in use; all other bytes are unchanged."""
        for secret in self._secrets:
            payload = payload.replace(secret.encode(), HIDDEN.encode())
        for encoded in self._encoded_bytes if b"%" in payload else ():
            payload = encoded.sub(HIDDEN.encode(), payload)
        return payload

    def error(self, error: BaseException) -> None:
        """Remove the keys from an error and from every error in its cause and context chain."""
        seen: set[int] = set()
        waiting: list[BaseException | None] = [error]
        while waiting:
            one = waiting.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            one.args = tuple(self._argument(argument) for argument in one.args)
            self._attributes(one)
            waiting += [one.__cause__, one.__context__]

    def _attributes(self, error: BaseException) -> None:
        """Clean what some errors show beside or instead of their arguments."""
        for name in _SHOWN_ATTRIBUTES:
            shown = getattr(error, name, None)
            if isinstance(shown, str):
                setattr(error, name, self.text(shown))
        notes: list[str] = getattr(error, "__notes__", [])
        notes[:] = [self.text(note) for note in notes]

    def _argument(self, argument: object) -> object:
        if isinstance(argument, str):
            return self.text(argument)
        if isinstance(argument, bytes):
            return self.text(argument.decode("latin-1")).encode("latin-1")
        shown = str(argument)
        cleaned = self.text(shown)
        return argument if cleaned == shown else cleaned


def contains_key(text: str, secrets: Iterable[str]) -> bool:
    """Tell whether a text contains one of the secrets, also percent-encoded, or something of a key's form."""
    sought = [secret for secret in secrets if len(secret) >= _SHORTEST_SOUGHT]
    return Redactor(sought).text(text) != text


def without_likely_keys(text: str) -> str:
    """Hide what may be a key of any form: every long run of letters, digits and signs without a space."""
    known = _PASSWORD.sub("[password hidden]@", Redactor(secrets_of_the_environment()).text(text))
    return _UNBROKEN.sub(lambda found: f"[{len(found[0])} characters hidden]", known)


def secrets_of_the_environment() -> list[str]:
    """Return the secrets that are set as environment variables."""
    return [value for name in SECRET_VARIABLES if (value := os.environ.get(name))]


def _encoded(secret: str) -> str:
    """Return a pattern of a secret of which any character may be percent-encoded."""
    return "".join(_either(character) for character in secret)


def _either(character: str) -> str:
    codes = "".join(f"%{byte:02x}" for byte in character.encode(errors="surrogatepass"))
    return f"(?:{re.escape(character)}|(?i:{codes}))"


def command_line(arguments: list[str]) -> str:
    """Write a command as a person would type it, without keys: it is recorded."""
    return Redactor().text(shlex.join(["smallcap", *arguments]))
