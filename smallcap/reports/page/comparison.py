"""What the page that compares two dates reads of each: the figures of its first page, and its survivors."""

from __future__ import annotations

from smallcap.reports.page.companies import json_script
from smallcap.reports.page.data import Report
from smallcap.reports.page.figures import figures_of
from smallcap.reports.page.formats import MISSING, number


def summary_file(report: Report) -> str:
    """Write the summary of a date as a script that hands it over."""
    survivors = report.data.funnel_survivors
    rows = survivors.select("entity_id", "ticker", "name", "sector", "pe").rows() if survivors.height else []
    told = {
        "figures": [[figure.label, figure.value] for figure in figures_of(report.data)],
        "survivors": [
            [str(company), ticker, name or MISSING, sector or MISSING, number(pe, 1)]
            for company, ticker, name, sector, pe in rows
        ],
    }
    return f"smallcapDate({json_script(report.as_of.isoformat())}, {json_script(told)});\n"
