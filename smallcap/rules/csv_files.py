"""Rule sets of data/reference/ that are tables (CSV), read into typed objects; every error names file, line and field."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import InputError
from smallcap.rules.types.funnel import BusinessRules, Exclusion, Override
from smallcap.rules.types.index import EVENT_STATUSES, Reconstitution

EXCLUSIONS_FILE = "business_exclusions.csv"
OVERRIDES_FILE = "business_overrides.csv"
RECONSTITUTIONS_FILE = "reconstitutions.csv"
EXCLUSION_FIELDS = ("code_system", "code", "line_of_business", "verdict", "source")
OVERRIDE_FIELDS = ("ticker", "company", "valid_from", "valid_to", "verdict", "reason", "source")
RECONSTITUTION_FIELDS = ("event", "rank_date", "effective_date", "status", "source")
CODE_FORMATS = {"sic": r"\d{4}(-\d{4})?", "gics": r"\d{2}|\d{4}|\d{6}|\d{8}", "sector": r".+"}
EXCLUSION_VERDICTS = ("fail", "verify")
OVERRIDE_VERDICTS = ("fail", "verify", "pass")
ALWAYS = (dt.date(1900, 1, 1), dt.date(9999, 12, 31))


def read_business_rules(reference_dir: Path) -> BusinessRules:
    """Read the excluded lines of business and the dated verdicts on names.

    Parameters
    ----------
    reference_dir
        Folder of the rule sets.

    Raises
    ------
    InputError
        When a file is missing or not UTF-8, a column is missing or unknown, a field is empty, not of its kind or not among the known words,
        or two rows speak of the same code, or of the same company on the same day; the message names file, line and field.
    """
    exclusions, overrides = (_Rows.read(reference_dir / name, fields) for name, fields in _FILES)
    digest = hashlib.sha256((exclusions.text + overrides.text).encode()).hexdigest()[:8]
    return BusinessRules(f"business {digest}", _exclusions(exclusions), _overrides(overrides))


def read_reconstitutions(reference_dir: Path) -> tuple[Reconstitution, ...]:
    """Read the calendar of reconstitutions.

    Sources may contradict each other on an event: it stands there once for each date.

    Parameters
    ----------
    reference_dir
        Folder of the rule sets.

    Raises
    ------
    InputError
        When the file is missing or not UTF-8, a column is missing or unknown, a field is empty or no date, a rank day does not lie before
        its effective day, or a row is there twice; the message names file, line and field.
    """
    file = _Rows.read(reference_dir / RECONSTITUTIONS_FILE, RECONSTITUTION_FIELDS)
    found: list[Reconstitution] = []
    for line, row in file.rows:
        _require_text(file, line, row, ("event", "effective_date", "status", "source"))
        _require_word(file, line, row, "status", EVENT_STATUSES)
        event = _reconstitution(file, line, row)
        if event.rank_date is not None and event.rank_date >= (event.effective_date or event.effective_month_end):
            raise file.error(line, f"field 'rank_date' ({event.rank_date}) does not lie before 'effective_date' ({row['effective_date']})")
        if any((other.event, other.effective_date) == (event.event, event.effective_date) for other in found):
            raise file.error(line, f"field 'event': {event.event} stands there twice with 'effective_date' {row['effective_date']}")
        found.append(event)
    return tuple(found)


def _reconstitution(file: _Rows, line: int, row: dict[str, str]) -> Reconstitution:
    effective, is_month = _day_or_month(file, line, row["effective_date"])
    month_end = effective.replace(day=calendar.monthrange(effective.year, effective.month)[1])
    rank_date = _date(file, line, row, "rank_date", ALWAYS[0]) if row["rank_date"] else None
    return Reconstitution(row["event"], rank_date, None if is_month else effective, month_end, row["status"], row["source"])


def _day_or_month(file: _Rows, line: int, given: str) -> tuple[dt.date, bool]:
    """Read an effective date, of which a source may know the month alone: a date, and whether only its month counts."""
    is_month = re.fullmatch(r"\d{4}-\d{2}", given) is not None
    try:
        return dt.date.fromisoformat(f"{given}-01" if is_month else given), is_month
    except ValueError:
        raise file.error(line, f"field 'effective_date' is no date like 2025-05-31 and no month like 2026-12: '{given}'") from None


_FILES = ((EXCLUSIONS_FILE, EXCLUSION_FIELDS), (OVERRIDES_FILE, OVERRIDE_FIELDS))


@dataclass(frozen=True)
class _Rows:
    """The rows of one file, each with the number of the line on which it ends."""

    path: Path
    text: str
    rows: tuple[tuple[int, dict[str, str]], ...]

    @classmethod
    def read(cls, path: Path, fields: Sequence[str]) -> _Rows:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError(
                f"rule set {path} is missing; restore the file or set SMALLCAP_REFERENCE_DIR to the folder that holds it"
            ) from None
        except UnicodeDecodeError as error:
            raise InputError(f"rule set {path} is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None
        reader = csv.reader(io.StringIO(text), strict=True)
        try:
            header = next(reader, [])
            _check_header(path, header, fields)
            lines = tuple((reader.line_num, _row(path, reader.line_num, fields, values)) for values in reader if any(values))
        except csv.Error as error:
            raise _error(path, reader.line_num, f"the row is not valid CSV: {error}") from None
        return cls(path, text, lines)

    def error(self, line: int, problem: str) -> InputError:
        return _error(self.path, line, problem)


def _error(path: Path, line: int, problem: str) -> InputError:
    return InputError(f"rule set {path}, line {line}: {problem}")


def _check_header(path: Path, header: list[str], fields: Sequence[str]) -> None:
    for unknown in (name for name in header if name not in fields):
        raise _error(path, 1, f"field '{unknown}' is unknown; known here: {', '.join(fields)}")
    for missing in (name for name in fields if name not in header):
        raise _error(path, 1, f"field '{missing}' is missing")
    if header != list(fields):
        raise _error(path, 1, f"the fields must stand in this order, each once: {', '.join(fields)}")


def _row(path: Path, line: int, fields: Sequence[str], values: list[str]) -> dict[str, str]:
    if len(values) != len(fields):
        raise _error(path, line, f"{len(values)} values for {len(fields)} fields; quote a value that holds a comma")
    return dict(zip(fields, (value.strip() for value in values), strict=True))


def _exclusions(file: _Rows) -> tuple[Exclusion, ...]:
    found: list[Exclusion] = []
    for line, row in file.rows:
        _require_text(file, line, row, EXCLUSION_FIELDS)
        _require_word(file, line, row, "code_system", tuple(CODE_FORMATS))
        _require_word(file, line, row, "verdict", EXCLUSION_VERDICTS)
        if not re.fullmatch(CODE_FORMATS[row["code_system"]], row["code"]):
            raise file.error(line, f"field 'code' is no {row['code_system']} code: '{row['code']}'")
        first, last = (row["code"].split("-") * 2)[:2] if row["code_system"] == "sic" else (row["code"], row["code"])
        exclusion = Exclusion(row["code_system"], first, last, row["line_of_business"], row["verdict"])
        _require_ascending(file, line, exclusion)
        _require_new(file, line, exclusion, found)
        found.append(exclusion)
    return tuple(found)


def _require_ascending(file: _Rows, line: int, exclusion: Exclusion) -> None:
    if exclusion.last < exclusion.first:
        raise file.error(line, f"field 'code' ends before it begins: '{exclusion.first}-{exclusion.last}'")


def _require_new(file: _Rows, line: int, exclusion: Exclusion, earlier: Sequence[Exclusion]) -> None:
    same_system = (other for other in earlier if other.code_system == exclusion.code_system)
    for other in same_system:
        if exclusion.first <= other.last and other.first <= exclusion.last:
            raise file.error(line, f"field 'code' overlaps with the row of {other.line_of_business} ({other.first}-{other.last})")


def _overrides(file: _Rows) -> tuple[Override, ...]:
    found: list[Override] = []
    for line, row in file.rows:
        _require_text(file, line, row, ("ticker", "verdict", "reason", "source"))
        _require_word(file, line, row, "verdict", OVERRIDE_VERDICTS)
        first, last = (_date(file, line, row, name, default) for name, default in zip(("valid_from", "valid_to"), ALWAYS, strict=True))
        if last < first:
            raise file.error(line, f"field 'valid_to' ({last}) lies before 'valid_from' ({first})")
        ticker = re.sub(r"[\s.\-/]", "", row["ticker"].upper())
        override = Override(ticker, re.sub(r"[^A-Z0-9]", "", row["company"].upper()), first, last, row["verdict"], row["reason"])
        _require_disjoint(file, line, override, found)
        found.append(override)
    return tuple(found)


def _require_disjoint(file: _Rows, line: int, override: Override, earlier: Sequence[Override]) -> None:
    for other in (other for other in earlier if other.ticker == override.ticker):
        is_same_company = override.company.startswith(other.company) or other.company.startswith(override.company)
        if is_same_company and override.valid_from <= other.valid_to and other.valid_from <= override.valid_to:
            raise file.error(line, f"field 'valid_from': {override.ticker} has another verdict from {other.valid_from} to {other.valid_to}")


def _require_text(file: _Rows, line: int, row: dict[str, str], names: Sequence[str]) -> None:
    for name in names:
        if not row[name]:
            raise file.error(line, f"field '{name}' is empty")


def _require_word(file: _Rows, line: int, row: dict[str, str], name: str, known: Sequence[str]) -> None:
    if row[name] not in known:
        raise file.error(line, f"field '{name}' is '{row[name]}'; it must be one of {', '.join(known)}")


def _date(file: _Rows, line: int, row: dict[str, str], name: str, default: dt.date) -> dt.date:
    if not row[name]:
        return default
    try:
        return dt.date.fromisoformat(row[name])
    except ValueError:
        raise file.error(line, f"field '{name}' is no date like 2025-05-31: '{row[name]}'") from None
