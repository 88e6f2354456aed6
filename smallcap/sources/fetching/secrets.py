"""The removal of keys from whatever is shown or kept: texts, payloads, errors. Where keys come from is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[key hidden]"
_KEY_FORM = re.compile(r"xfl_[A-Za-z0-9]{8,}")
"""A vendor's key by its form, so that one that nobody told us of is hidden too."""


class Redactor:
    """Replaces keys by `HIDDEN`.

    Parameters
    ----------
    secrets
        The keys in use; empty ones are passed over.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # the longest first: a key that holds another one is hidden whole
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text without keys."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _KEY_FORM.sub(HIDDEN, text)

    def payload(self, payload: bytes) -> bytes:
        """Return the payload without the keys in use; every other byte stays as it was received."""
        for secret in self._secrets:
            payload = payload.replace(secret.encode(), HIDDEN.encode())
        return payload

    def error(self, error: BaseException) -> None:
        """Take the keys out of an error, and out of every error that it was raised from or during."""
        seen: set[int] = set()
        waiting: list[BaseException | None] = [error]
        while waiting:
            one = waiting.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            one.args = tuple(self._argument(argument) for argument in one.args)
            waiting += [one.__cause__, one.__context__]

    def _argument(self, argument: object) -> object:
        if isinstance(argument, str):
            return self.text(argument)
        if isinstance(argument, bytes):
            return self.payload(argument)
        shown = str(argument)
        cleaned = self.text(shown)
        return argument if cleaned == shown else cleaned
