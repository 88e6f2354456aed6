"""The command `explain-filing`: one companyfacts file as statements, read without a home."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.pipelines.command.consoles import made_visible
from smallcap.reference import ReferenceDir
from smallcap.reports.filing_document import Statements, filing_document
from smallcap.reports.filing_sheet import filing_sheet
from smallcap.rules.concept_files import read_concepts
from smallcap.sources.sec.company import read_company


def explain_filing(
    path: Path,
    reference_dir: ReferenceDir,
    limits: InputLimits,
    fiscal_year: int | None,
    written_as: str,
    out: Console,
) -> None:
    """Show the annual statements of a companyfacts file.

    Parameters
    ----------
    path
        The file, JSON or gzip.
    reference_dir
        Folder of the rule sets.
    limits
        Limits on the file's size.
    fiscal_year
        The year shown; None for all.
    written_as
        table or json.
    out
        Where a table goes; JSON goes to standard output.

    Raises
    ------
    InputError
        When the file is another file or damaged, or has no such year.
    """
    payload = _read(path, limits)
    found = read_company(payload, read_concepts(reference_dir), str(path), limits)
    shown = Statements(
        found.cik,
        found.entity_name,
        found.annual,
        found.tags,
        found.missing,
        found.refused,
        found.notices,
    )
    document = filing_document(shown)
    if fiscal_year is not None:
        years = [year for year in document["years"] if year["fiscal_year"] == fiscal_year]
        if not years:
            known = ", ".join(str(year["fiscal_year"]) for year in document["years"]) or "none"
            raise InputError(f"{path} has no fiscal year {fiscal_year}; it has: {known}")
        document["years"] = years
    if written_as == "json":
        text = json.dumps(document, default=str, ensure_ascii=False, indent=1)
        made_visible(sys.stdout).write(f"{text}\n")
    else:
        out.print(filing_sheet(document))


def _read(path: Path, limits: InputLimits) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name one companyfacts file in it")
        if path.stat().st_size > limits.file_bytes:
            raise InputError(
                f"{path} is larger than {limits.file_mb} MB; name one company's file, or raise max_input_mb "
                f"(SMALLCAP_MAX_INPUT_MB)"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}; name a companyfacts file") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); give this user read permission"
        ) from None
