"""A company's sheet names the filing behind each figure, with its address at the SEC."""

from __future__ import annotations

import datetime as dt
import io

from rich.console import Console, RenderableType

from smallcap.reports.figure_sources import figure_sources, filing_address

# Apple's annual report for the year to September 2018, filed 2018-11-05.
APPLE, ACCESSION = "0000320193", "0000320193-18-000145"
ADDRESS = "https://www.sec.gov/Archives/edgar/data/320193/000032019318000145/0000320193-18-000145-index.htm"


def printed(renderable: RenderableType) -> str:
    """Print as to a pipe that is wide enough."""
    out = io.StringIO()
    Console(file=out, width=200).print(renderable)
    return out.getvalue()


def row(**changed: object) -> dict[str, object]:
    filing = {"form": "10-K", "filed_date": dt.date(2018, 11, 5), "accession": ACCESSION, "cik": APPLE}
    figure = {"item": "net_income_usd", "tags": "NetIncomeLoss"}
    return {"record": "annual", "period_end": dt.date(2018, 9, 29)} | filing | figure | changed


def test_the_address_is_that_of_the_filings_page():
    assert filing_address(APPLE, ACCESSION) == ADDRESS


def test_figures_of_one_filing_stand_together_under_its_form_day_and_number():
    debt = row(item="long_term_debt_usd", tags="LongTermDebtNoncurrent, OtherLongTermDebt")
    lines = printed(figure_sources([row(), debt])).splitlines()
    assert lines[1] == f"fiscal year to 2018-09-29: 10-K filed 2018-11-05, {ACCESSION}"
    assert lines[2].strip() == ADDRESS
    assert "net income: NetIncomeLoss; long-term debt: LongTermDebtNoncurrent, OtherLongTermDebt" in " ".join(
        line.strip() for line in lines[3:]
    )


def test_a_figure_that_a_later_filing_restated_names_that_filing():
    later = row(
        item="revenue_usd",
        tags="Revenues",
        accession="0000320193-19-000119",
        filed_date=dt.date(2019, 10, 31),
    )
    told = printed(figure_sources([row(), later]))
    assert "10-K filed 2018-11-05" in told
    assert "10-K filed 2019-10-31, 0000320193-19-000119" in told


def test_a_quarter_is_called_one():
    told = printed(figure_sources([row(record="quarterly", form="10-Q")]))
    assert "quarter to 2018-09-29: 10-Q" in told
