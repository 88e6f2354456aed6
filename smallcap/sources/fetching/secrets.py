"""Removes keys from everything that is shown or kept: texts, payloads, errors."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[key hidden]"
_KEY_FORM = re.compile(r"xfl_[A-Za-z0-9]{8,}")
"""The form of a vendor's key, so that a key that is not configured is hidden too."""


class Redactor:
    """Replaces keys by `HIDDEN`.

    Parameters
    ----------
    secrets
        The keys in use; empty ones are skipped.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first, so that a key that contains another one is hidden completely.
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text without keys."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _KEY_FORM.sub(HIDDEN, text)

    def payload(self, payload: bytes) -> bytes:
        """Return the payload without the keys in use; all other bytes are unchanged."""
        for secret in self._secrets:
            payload = payload.replace(secret.encode(), HIDDEN.encode())
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
            waiting += [one.__cause__, one.__context__]

    def _argument(self, argument: object) -> object:
        if isinstance(argument, str):
            return self.text(argument)
        if isinstance(argument, bytes):
            return self.payload(argument)
        shown = str(argument)
        cleaned = self.text(shown)
        return argument if cleaned == shown else cleaned
