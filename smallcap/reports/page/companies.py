"""The data files of the page that shows any member: texts that are written already, some companies a file.

A page that was opened from disk cannot fetch, so each file is a script that hands its companies over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from smallcap.reports.page.formats import FORMATS, MISSING, date, figure, words
from smallcap.reports.page.sheet_words import facts, loading_words, score_words
from smallcap.reports.page.sheets import MAIN_LINES, Sheet
from smallcap.reports.page.tables import verdict_of

FOLDER = "companies"
FILES = 64
"""Files over which the companies are spread by their ids."""
Row = Mapping[str, Any]


def company_files(sheets: Sequence[Sheet], names: Mapping[int, str]) -> dict[str, str]:
    """Write the data files.

    Parameters
    ----------
    sheets
        The companies.
    names
        The names of the filters by their numbers.

    Returns
    -------
    dict[str, str]
        Texts of the files by their names.
    """
    parts: dict[int, dict[str, object]] = defaultdict(dict)
    for sheet in sheets:
        company = sheet.identity["entity_id"]
        parts[company % FILES][str(company)] = _told(sheet, names)
    return {
        f"{part}.js": f"smallcapCompanies({json_script(companies)});\n"
        for part, companies in sorted(parts.items())
    }


def _told(sheet: Sheet, names: Mapping[int, str]) -> dict[str, object]:
    who = sheet.identity
    return {
        "title": [who["ticker"], who["name"] or "", *verdict_of(who["outcome"])],
        "facts": facts(who),
        "scores": [score_words(score) for score in sheet.scores],
        "path": [_step(row, names) for row in sheet.path],
        "lenses": [
            [lens.title, lens.met, lens.missed, [_item(item) for item in lens.items]] for lens in sheet.lenses
        ],
        "ends": [date(year["period_end"]) for year in sheet.years],
        "years": [
            [label, *(FORMATS[form](year[column]) for year in sheet.years)]
            for label, column, form in MAIN_LINES
        ],
        "loadings": loading_words(sheet.loadings),
    }


def _step(row: Row, names: Mapping[int, str]) -> list[object]:
    figures = [figure(row[column], row["measure"]) for column in ("value", "threshold", "headroom")]
    name = names.get(row["filter_number"], words(row["filter_name"]))
    return [name, verdict_of(row["status"]), words(row["measure"]), *figures, row["reason"] or MISSING]


def _item(row: Row) -> list[object]:
    wish = row["preference"] + (f"; unknown: {row['reason']}" if row["reason"] else "")
    return [words(row["item"]), wish, figure(row["value"], row["item"]), verdict_of(row["verdict"])]


def json_script(value: object) -> str:
    """Write data as a script: no text in it can end the script or a line of it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
