"""The page as a whole: complete without rows, harmless with hostile names, loading nothing."""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import sha256
from html.parser import HTMLParser

import polars as pl
import pytest

from smallcap.package_files import SQL_DIR
from smallcap.questions import question
from smallcap.reports.page.data import Report, ReportData
from smallcap.reports.page.health import HealthLine, HealthNote
from smallcap.reports.page.render import render_list, render_report
from tests.attacks import attacks
from tests.unit.reports.builders import AS_OF, HOSTILE, SYNTHETIC, answer, empty_report, report_with

SECTIONS = ("quality", "funnel", "sheets", "members", "published", "factors", "index", "trust", "origin")
ONLY_ASKED_BY_THE_LIST = {"dates"}


class Elements(HTMLParser):
    """Collects the elements of a page, and the text of each section."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._section = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag == "section":
            self._section = dict(attributes)["id"]

    def handle_data(self, data):
        self.text[self._section] = self.text.get(self._section, "") + data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.found)


NAMES = {
    "picture that fails": HOSTILE,
    "script": "<script>alert(1)</script>",
    "end of a script": "</script><script>alert(1)</script>",
    "end of a style": "</style><script>alert(1)</script>",
    "end of a title": "</title><script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x="',
    "attribute in single quotes": "' onmouseover='alert(1)' x='",
    "picture with a script": "<svg onload=alert(1)>",
    "frame": '<iframe src="https://evil.test"></iframe>',
    "style that loads": "<style>@import url(https://evil.test)</style>",
    "form": '<form action="https://evil.test"><input name=a></form>',
    "other address of the page": '<base href="https://evil.test">',
    "remark": "<!--",
    "character data": "<![CDATA[<script>alert(1)</script>]]>",
    "template": "{{ 7 * 7 }}{% for x in range(9) %}",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
}


def hostile_report() -> Report:
    company = {"entity_id": 1, "ticker": HOSTILE, "name": HOSTILE, "sector": HOSTILE}
    return report_with(
        members=[{**company, "outcome": "survivor"}],
        sheet_identity=[{**company, "outcome": "survivor", "sic": HOSTILE, "altman_z_zone": HOSTILE}],
        sheet_path=[
            {
                "entity_id": 1,
                "filter_number": 1,
                "filter_name": "business",
                "status": "pass",
                "reason": HOSTILE,
            }
        ],
        sheet_lenses=[
            {
                "entity_id": 1,
                "statement": "income",
                "item": HOSTILE,
                "preference": HOSTILE,
                "verdict": "unknown",
                "reason": HOSTILE,
            }
        ],
        funnel_survivors=[{**company, "outcome": "survivor"}],
        index_changes=[{**company, "change": "added", "cause": "ipo", "evidence": HOSTILE}],
        index_sectors=[{"sector": HOSTILE, "members": 1, "weight": 1.0}],
        checks=[
            {"table_name": "core.members", "check_name": "contract", "status": "warned", "message": HOSTILE}
        ],
    )


@pytest.mark.parametrize("field", [field.name for field in fields(ReportData)])
def test_every_table_of_the_report_has_a_question_that_the_tables_answer(field):
    assert question(field).words.endswith("?")
    assert answer(field).columns


def test_every_question_of_the_report_is_asked():
    asked = {path.stem for path in (SQL_DIR / "report").glob("*.sql")}
    assert asked == {field.name for field in fields(ReportData)} | ONLY_ASKED_BY_THE_LIST


def test_a_date_on_which_nothing_came_out_has_every_section_and_says_so():
    page = Elements(render_report(empty_report()))
    assert set(SECTIONS) <= set(page.text)
    assert "No company survives all six filters" in page.text["funnel"]
    assert "No company survives all six filters" in page.text["sheets"]
    assert "No company is scored: there are no members." in page.text["quality"]
    assert "no profile of the index" in page.text["index"]
    assert page.count("svg") == 0


def test_a_warehouse_of_another_release_has_every_section_and_says_what_is_lacking():
    report = empty_report()
    lacking = {
        field.name: pl.DataFrame()
        for field in fields(ReportData)
        if field.name.startswith(("index_", "book", "experiment"))
    }
    page = Elements(render_report(replace(report, data=replace(report.data, **lacking))))
    assert set(SECTIONS) <= set(page.text)
    assert "published by another release" in page.text["index"]


def test_what_is_insufficient_says_why():
    row = {
        "book": "b",
        "model": "FF5",
        "covariance": "OLS",
        "status": "insufficient",
        "reason": "6 months are known; 36 are needed",
    }
    page = Elements(render_report(report_with(book_loadings=[row])))
    assert "Insufficient: 6 months are known; 36 are needed." in page.text["factors"]


def page_of(names: Sequence[str]) -> Elements:
    """The page of a report with a company of each name."""
    companies = [
        {"entity_id": number, "ticker": name, "name": name, "sector": name, "outcome": "survivor"}
        for number, name in enumerate(names)
    ]
    return Elements(render_report(report_with(members=companies, sheet_identity=companies)))


@pytest.fixture(scope="module")
def hostile_page() -> Elements:
    return page_of(list(NAMES.values()))


@attacks("pages and charts", "name", NAMES)
def test_a_hostile_name_is_text(hostile_page: Elements, name: str):
    assert name in hostile_page.text["members"]
    assert name in hostile_page.text["sheets"]


def test_hostile_names_change_nothing_but_text(hostile_page: Elements):
    plain = page_of(["X"] * len(NAMES))
    for page in (plain, hostile_page):
        assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    assert [(tag, list(given)) for tag, given in hostile_page.found] == [
        (tag, list(given)) for tag, given in plain.found
    ]


def test_hostile_texts_of_every_table_do_nothing():
    page = Elements(render_report(hostile_report()))
    assert page.count("script") == 1
    assert page.count("img") == 0
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]


def test_the_page_loads_nothing_and_allows_only_its_own_style_and_script():
    text = render_report(hostile_report())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src &#39;none&#39;" in policy
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)[1]
        assert b64encode(sha256(content.encode()).digest()).decode() in policy
    outside = [
        value
        for _, attributes in Elements(text).found
        for name, value in attributes.items()
        if name in ("src", "href", "action", "style")
        and not re.match(r"#|data:,|\.\./index\.html$|\w+\.csv$", value or "")
    ]
    assert outside == []


def test_the_head_of_the_page_says_once_what_can_be_claimed():
    synthetic = render_report(empty_report())
    assert (
        f'<p class="label synthetic">{SYNTHETIC}: no company here exists, so no figure says '
        f"anything about a real one.</p>"
    ) in synthetic
    assert synthetic.count("no company here exists") == 1
    counts = {
        "as_of": AS_OF,
        "members": 10,
        "priced": 10,
        "with_fundamentals": 10,
        "restated_values": 4,
        "is_as_published_final": True,
    }
    excluded = dict.fromkeys(answer("claims").select("^(excluded|assumed)_.*$").columns, 0)
    report = replace(
        report_with(claims=[{**counts, **excluded, "label": "files in <mine>"}]), label="files in <mine>"
    )
    assert (
        '<p class="label">files in &lt;mine&gt;: 40% of the annual records (4 of 10) hold values'
        in render_report(report)
    )


def test_an_empty_screen_says_the_main_reason_of_its_exclusions():
    counts = {
        "label": SYNTHETIC,
        "as_of": AS_OF,
        "members": 1_969,
        "priced": 1_969,
        "with_fundamentals": 57,
        "stale_months": 18,
    }
    excluded = dict.fromkeys(answer("claims").select("^(excluded|assumed|restated)_.*$").columns, 0)
    page = render_report(report_with(claims=[{**counts, **excluded, "excluded_no_fundamentals": 1_912}]))
    assert "No company is scored: 1,912 of 1,969 members have no annual record." in page


def test_the_same_report_gives_the_same_bytes():
    assert render_report(hostile_report()) == render_report(hostile_report())


def test_the_list_leads_to_reports_that_are_there_and_says_how_to_make_others():
    other = AS_OF.replace(month=11, day=30)
    rows = [{"as_of": date, "members": 5, "screened": 3, "survivors": None} for date in (AS_OF, other)]
    unknown = {"survivors_unverified": None, "fresh_fundamentals": 4, "screened_share": 0.6}
    page = render_list(SYNTHETIC, [{**row, **unknown} for row in rows], {AS_OF})
    assert f'href="{AS_OF}/index.html"' in page
    assert f"smallcap report --as-of {other}" in page


def test_the_head_tells_the_health_of_the_home_with_what_to_do() -> None:
    day = dt.date(2026, 3, 20)
    lines = [HealthLine("failing", "400 MB <free>", "free some space")]
    text = render_report(empty_report(), HealthNote(day, "failing", lines))
    head = text[text.index("<header>") : text.index("</header>")]
    assert "Health of the home on 2026-03-20: failing." in head
    assert "failing: 400 MB &lt;free&gt;. To do: free some space" in head
    well = render_report(empty_report(), HealthNote(day, "healthy", []))
    assert "healthy.</b> Everything is within its limits." in well
    assert "Health of the home" not in render_report(empty_report())
