"""The token of the UI: which requests show it, and how a browser exchanges it for a cookie.

A program sends the token with each request, as `Authorization: Bearer`. A browser opens any page with
``?token=`` and the token once; the answer sets a cookie and leads to the same page without the token, so that
it stays in no bookmark and no list of visited pages. The cookie holds a random value of this process, not the
token: it ends with the UI.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, Final
from urllib.parse import quote, unquote

COOKIE: Final = "smallcap_ui_{port}"
"""The name of the cookie. Browsers send a host's cookies to all its ports, so each UI needs its own name."""
TOKEN_PARAMETER: Final = b"token="
BEARER: Final = "bearer"
REMEDY: Final = (
    "this UI asks for its token: open it once with ?token= and the value of SMALLCAP_UI_TOKEN behind the "
    "address, or send it in the header Authorization: Bearer"
)


class SignIn:
    """Decides whether a request has shown the token.

    Parameters
    ----------
    token, port
        The token, None where nothing has to be shown; and the port that the UI listens on.
    """

    def __init__(self, token: str | None, port: int | None) -> None:
        self._token = token
        self._cookie = COOKIE.format(port=port)
        self._session = secrets.token_urlsafe(32)

    def is_shown(self, authorizations: list[str], cookies: list[str]) -> bool:
        """Tell whether these headers hold the token, or the cookie that was given for it."""
        if self._token is None:
            return True
        shown = [text.strip() for kind, _, text in map(_split, authorizations) if kind == BEARER]
        # Every value is compared, so that the time tells nothing about which one was right.
        found = [_is_equal(text, self._token) for text in shown]
        found += [_is_equal(value, self._session) for value in _values(cookies, self._cookie)]
        return any(found)

    def handed_over(self, query: bytes) -> bool:
        """Tell whether a query string consists of the token."""
        if self._token is None or not query.startswith(TOKEN_PARAMETER):
            return False
        # Not as a form: a plus sign in a token is a plus sign.
        return _is_equal(unquote(query[len(TOKEN_PARAMETER) :].decode("latin-1")), self._token)

    def answer(self, path: str, *, is_encrypted: bool) -> list[dict[str, Any]]:
        """Return the answer that sets the cookie and leads to the page without the token."""
        # Not Strict: a link from elsewhere finds the user signed in, and the guard lets it only show pages.
        cookie = f"{self._cookie}={self._session}; Path=/; HttpOnly; SameSite=Lax"
        headers = [
            # Two slashes at its beginning would lead to another host.
            (b"location", quote("/" + path.lstrip("/\\")).encode()),
            (b"set-cookie", (cookie + "; Secure" * is_encrypted).encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"content-length", b"0"),
        ]
        return [
            {"type": "http.response.start", "status": 303, "headers": headers},
            {"type": "http.response.body", "body": b""},
        ]


def _split(authorization: str) -> tuple[str, str, str]:
    kind, separator, text = authorization.strip().partition(" ")
    return kind.lower(), separator, text


def _values(cookies: list[str], sought: str) -> list[str]:
    # By hand: cookies of other servers of this machine come along, and not all of them are well formed.
    pairs = [part.strip().partition("=") for text in cookies for part in text.split(";")]
    return [value for name, _, value in pairs if name == sought]


def _is_equal(given: str, secret: str) -> bool:
    """Compare in a time that tells neither where the texts differ nor how long the secret is."""
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, secret))
    return hmac.compare_digest(one, other)
