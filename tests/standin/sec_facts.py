"""A company's facts as the SEC's interface serves them: every value with the filing that it stands in."""

from __future__ import annotations

import json
from typing import Any

from tests.standin.sec_filings import Filing

LABELLED = 3
"""Of so many concepts one has a label; the others have none, as in the true files."""


def facts_document(cik: int, name: str, filings: list[Filing]) -> bytes:
    """Write the facts of filings; the key is a number or a text with zeros, as in the true files."""
    facts: dict[str, Any] = {}
    newest: dict[tuple[str, str, str, str, str], dict[str, Any]] = {}
    for filing in filings:
        for fact in filing.facts:
            concept = facts.setdefault(fact.taxonomy, {}).setdefault(
                fact.concept, {"label": None, "description": None, "units": {}}
            )
            if len(fact.concept) % LABELLED == 0:
                concept["label"] = fact.concept
            start = {} if fact.start is None else {"start": str(fact.start)}
            value = {
                **start,
                "end": str(fact.end),
                "val": fact.value,
                "accn": filing.accession,
                "fy": filing.fy,
                "fp": filing.fp,
                "form": filing.form,
                "filed": str(filing.filed),
            }
            concept["units"].setdefault(fact.unit, []).append(value)
            newest[fact.taxonomy, fact.concept, fact.unit, str(fact.start), str(fact.end)] = value
    # The frame stands on the newest of several filings: whoever chooses by it looks ahead.
    for (_, _, _, start, end), value in newest.items():
        if end.endswith("12-31"):
            value["frame"] = f"CY{end[:4]}Q4I" if start == "None" else f"CY{end[:4]}"
    key: int | str = cik if cik % 2 else f"{cik:010d}"
    return json.dumps({"cik": key, "entityName": name.upper(), "facts": facts}).encode()
