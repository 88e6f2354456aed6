"""A companyfacts file as its publisher serves it: JSON, plain or as a gzip file, of one company.

Other files are refused with what they are: a web page, an incomplete download, the list of filings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.archives import gunzip

GZIP: Final = b"\x1f\x8b"
ZIP: Final = b"PK\x03\x04"
REMEDY: Final = (
    "Download https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json, with the company's CIK of ten "
    "digits"
)
LONGEST_CIK: Final = 10
"""Digits of a CIK."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Document:
    """A companyfacts file.

    Attributes
    ----------
    cik
        The company's number at the SEC.
    entity_name
        Its name, today's.
    taxonomies
        By taxonomy, by concept: the concept with its units and facts, as served.
    """

    cik: int
    entity_name: str
    taxonomies: Mapping[str, Mapping[str, Any]]


def read_document(payload: bytes, what: str = "the file", limits: InputLimits | None = None) -> Document:
    """Read a companyfacts file, plain or as a gzip file.

    Parameters
    ----------
    payload
        The file.
    what
        Its name in messages.
    limits
        Limits on its size; those of input files for None.

    Raises
    ------
    InputError
        When it is something else; the message says what it is.
    """
    most = (limits or InputLimits()).file_bytes
    text = gunzip(payload, what, most) if payload[:2] == GZIP else payload
    if text[: len(ZIP)] == ZIP:
        raise InputError(f"{what} is a zip file; take the file of one company out of it. {REMEDY}")
    if not text.strip():
        raise InputError(f"{what} is empty. {REMEDY}")
    # Before it is parsed: a page of markup says more than the position of its first character.
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise InputError(
            f"{what} is a web page or XML, not JSON: an error page of the server perhaps, which also "
            f"answers so for a company without XBRL statements. {REMEDY}"
        )
    try:
        found = json.loads(text)
    except RecursionError:
        raise InputError(f"{what} is not a companyfacts file: it is nested too deeply. {REMEDY}") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{what} is not complete JSON ({_first_line(error)}): the download was probably cut off. {REMEDY}"
        ) from None
    except ValueError as error:
        raise InputError(f"{what} is not JSON ({_first_line(error)}): it is damaged. {REMEDY}") from None
    return _document(found, what)


def _document(found: Any, what: str) -> Document:
    if not isinstance(found, dict):
        raise InputError(f"{what} is JSON, but not a companyfacts file. {REMEDY}")
    if "facts" not in found:
        raise InputError(f"{what} is {_kind(found)}, not a companyfacts file. {REMEDY}")
    taxonomies = found["facts"]
    if not isinstance(taxonomies, dict):
        raise InputError(f"{what} has no facts by taxonomy: it is damaged. {REMEDY}")
    cik, name = _cik(found.get("cik")), found.get("entityName")
    if cik is None:
        raise InputError(f"{what} names no company: its 'cik' is missing or no number. {REMEDY}")
    shown = name.encode("utf-8", "replace").decode()[:_LONGEST_NAME] if isinstance(name, str) else ""
    concepts = {key: value for key, value in taxonomies.items() if isinstance(value, dict)}
    return Document(cik, shown, concepts)


def _kind(found: Mapping[str, Any]) -> str:
    """Say which other file of the SEC an object is."""
    if "filings" in found:
        return "the list of a company's filings (submissions)"
    if "taxonomy" in found and "tag" in found:
        return "one concept of a company or of all companies (companyconcept or frames)"
    if "0" in found or "fields" in found:
        return "a list of companies and tickers"
    return "another JSON file"


def _cik(value: Any) -> int | None:
    """Read a CIK: a whole number, or its digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value < 10**LONGEST_CIK else None
    is_digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= LONGEST_CIK
    return (int(value) or None) if is_digits else None


def _first_line(error: ValueError) -> str:
    return str(error).encode("ascii", "replace").decode().splitlines()[0][:120]
