"""Consoles that remove control characters, which text of a vendor or of an older home may contain.

And that write what a terminal of another encoding than UTF-8 cannot show by the nearest letters that it can.
"""

from __future__ import annotations

import codecs
import io
import logging
import sys
import traceback
import unicodedata
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from smallcap.characters import visible
from smallcap.redaction import Redactor

NEAREST = {
    "≠": "!",
    "–": "-",
    "—": "-",
    "\N{MINUS SIGN}": "-",
    "…": "~",
    "→": ">",
    "×": "x",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "≥": ">",
    "≤": "<",
}
"""Signs of our own tables by those that every encoding has, each as wide as what it stands for."""
NEAREST_HANDLER = "smallcap-nearest"
UTF_8 = "utf-8"


class SafeConsole(Console):
    """A console whose own styles are the only control characters that it writes."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Make a text as the console does.

        Visible already here, so that it is measured as it will be shown.
        """
        return super().render_str(visible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as the console does; what is no control of the console itself is text, and made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


class _VisibleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Format a record, without control characters."""
        return visible(super().format(record))


class _VisibleStream(io.TextIOBase):
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without control characters; return the length of what was given."""
        self._stream.write(visible(text))
        return len(text)

    def flush(self) -> None:
        """Flush the underlying stream."""
        self._stream.flush()


def made_visible(stream: TextIO) -> Any:
    """Return a stream for rows: as it is where it leads to a file or a pipe, and there always in UTF-8.

    Where it leads to a terminal, one that is safe to show there.
    """
    if stream.isatty():
        return _VisibleStream(stream)
    if isinstance(stream, io.TextIOWrapper) and not _is_utf_8(stream):
        stream.reconfigure(encoding=UTF_8)
    return stream


def make_all_writable() -> None:
    """Write letters that the encoding of a terminal or pipe does not have by the nearest that it has."""
    codecs.register_error(NEAREST_HANDLER, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not _is_utf_8(stream):
            stream.reconfigure(errors=NEAREST_HANDLER)


def _is_utf_8(stream: io.TextIOWrapper) -> bool:
    return codecs.lookup(stream.encoding).name == UTF_8


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_nearest_letter, letters)), error.end


def _nearest_letter(letter: str) -> str:
    """Return a letter of ASCII: the one below an accent, or a question mark."""
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return NEAREST.get(letter, plain[:1] or "?")


def make_warnings_visible() -> None:
    """Filter warnings and tracebacks on standard error as well, because they may quote a vendor."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_VisibleFormatter())
    sys.excepthook = _show_traceback


def _show_traceback(
    kind: type[BaseException], error: BaseException, frames: TracebackType | None = None
) -> None:
    """Show an unexpected error, without control characters and keys."""
    text = "".join(traceback.format_exception(kind, error, frames))
    sys.stderr.write(visible(Redactor().text(text)))
