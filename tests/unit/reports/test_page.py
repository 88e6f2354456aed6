"""The page as a whole: complete without rows, harmless with hostile names, loading nothing."""

from __future__ import annotations

import datetime as dt
import json
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
from smallcap.reports.page.render import render_comparison, render_list
from tests.attacks import attacks
from tests.unit.reports.builders import (
    AS_OF,
    HOSTILE,
    SYNTHETIC,
    answer,
    data_files,
    empty_report,
    pages_of,
    report_with,
    whole,
)

SECTIONS = ("quality", "funnel", "members", "published", "factors", "index", "trust", "origin")
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
        elif tag == "article":
            self._section = "sheets"

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
    page = Elements(whole(empty_report()))
    assert set(SECTIONS) <= set(page.text)
    assert "No company survives all six filters" in page.text["funnel"]
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
    page = Elements(whole(replace(report, data=replace(report.data, **lacking))))
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
    page = Elements(whole(report_with(book_loadings=[row])))
    assert "Insufficient: 6 months are known; 36 are needed." in page.text["factors"]


def page_of(names: Sequence[str]) -> Elements:
    """The page of a report with a company of each name."""
    companies = [
        {"entity_id": number, "ticker": name, "name": name, "sector": name, "outcome": "survivor"}
        for number, name in enumerate(names)
    ]
    return Elements(whole(report_with(members=companies, sheet_identity=companies)))


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


@pytest.mark.parametrize(
    "name", ["index.html", "funnel.html", "company.html", "company/1.html", "single.html"]
)
def test_hostile_texts_of_every_table_do_nothing(name):
    page = Elements(pages_of(hostile_report())[name])
    assert [given for tag, given in page.found if tag == "script" and "type" not in given] == [{}]
    assert page.count("img") == 0
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]


def test_hostile_texts_end_no_script_with_data():
    rows = [
        {"entity_id": n, "ticker": "X", "name": "</script><img src=x>\u2028", "outcome": "failed"}
        for n in range(40)
    ]
    report = report_with(members=rows, sheet_identity=rows)
    island = re.search(r'class="rows">(.*?)</script>', pages_of(report)["members.html"], flags=re.DOTALL)[1]
    assert json.loads(island)[39][1] == "</script><img src=x>\u2028"
    assert all("</script" not in text and "\u2028" not in text for text in data_files(report).values())


def test_each_page_loads_nothing_and_allows_only_its_own_style_and_script():
    for name, text in pages_of(hostile_report()).items():
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
        assert "default-src &#39;none&#39;" in policy
        for tag in ("style", "script"):
            content = re.search(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)[1]
            assert b64encode(sha256(content.encode()).digest()).decode() in policy
        assert ("file:" in policy) == (name == "company.html")
        outside = [
            value
            for _, attributes in Elements(text).found
            for name, value in attributes.items()
            if name in ("src", "href", "action", "style")
            and not re.match(r"#|data:,|(\.\./)*([\w-]+/)?[\w-]+\.(html|csv)(#[\w=&.-]*)?$", value or "")
        ]
        assert outside == []


def test_the_single_file_leads_nowhere_and_says_what_it_leaves_out():
    text = pages_of(hostile_report())["single.html"]
    links = {given.get("href") for tag, given in Elements(text).found if tag in ("a", "link")}
    assert links == {"#content", "data:,"}
    assert "It leaves out the pages on quality, factors, index, data and study" in text


def test_a_long_table_opens_with_its_first_rows_and_holds_the_others_as_data():
    rows = [{"entity_id": number, "ticker": f"T{number}", "name": "A"} for number in range(2_000)]
    text = pages_of(report_with(members=rows))["members.html"]
    page = Elements(text)
    assert page.count("tr") == 1 + 25
    assert len(page.found) < 600
    assert "The first 25 of 2,000 rows; the file has all of them." in text
    island = json.loads(re.search(r'class="rows">(.*?)</script>', text, flags=re.DOTALL)[1])
    assert [row[0][1] for row in island] == [f"T{number}" for number in range(2_000)]


def test_survivors_near_misses_changed_and_watched_names_have_pages_and_the_others_share_one():
    companies = [(1, "survivor"), (2, "failed"), (3, "failed"), (4, "failed"), (5, "failed")]
    identity = [
        {"entity_id": number, "ticker": f"T{number}", "outcome": outcome} for number, outcome in companies
    ]
    report = report_with(
        sheet_identity=identity,
        members=identity,
        near_misses=[{"entity_id": 2, "ticker": "T2"}],
        funnel_changes=[
            {"entity_id": 3, "ticker": "T3", "change": "left"},
            {"entity_id": 9, "change": "left"},
        ],
        watched_members=[{"entity_id": 4, "ticker": "T4"}],
    )
    pages = pages_of(report)
    assert {name for name in pages if "/" in name} == {f"company/{number}.html" for number in (1, 2, 3, 4)}
    assert '<a href="company/1.html">T1</a>' in pages["members.html"]
    assert '<a href="company.html#5">T5</a>' in pages["members.html"]
    assert json.loads(data_files(report)["5.js"][len("smallcapCompanies(") : -3])["5"]["title"][0] == "T5"


def test_a_watched_name_that_is_no_member_has_a_page_where_it_is_named():
    watched = {"entity_id": 7, "ticker": "OUT", "outcome": "failed", "watched_by": "book my_book"}
    step = {"entity_id": 7, "ticker": "OUT", "filter_number": 1, "status": "pass", "measure": "pe"}
    score = {"entity_id": 7, "ticker": "OUT", "method": "published", "score": 1.25, "quintile": 4}
    report = report_with(
        watched_names=[watched],
        watched_identity=[watched],
        watched_path=[step],
        watched_scores=[score],
        published_candidates=[{**watched, "figure": "roe"}, {"ticker": "NONE", "figure": "roe"}],
    )
    pages = pages_of(report)
    assert [name for name in pages if "/" in name] == ["company/7.html"]
    assert pages["study.html"].count('<a href="company/7.html">OUT</a>') == 2
    assert "<b>NONE</b>" in pages["study.html"]
    sheet = pages["company/7.html"]
    assert "Not a member at this date; watched by book my_book." in sheet
    assert "Quality score, method published: 1.25, quintile 4" in sheet
    assert "Own factor loadings" not in sheet
    assert data_files(report) == {}


def test_the_comparison_names_the_dates_that_have_a_report():
    text = render_comparison(SYNTHETIC, {AS_OF, AS_OF.replace(month=11, day=30)})
    assert 'data-dates="2025-12-31 2025-11-30"' in text
    assert "file:" in re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]


def test_the_head_of_the_page_says_once_what_can_be_claimed():
    synthetic = pages_of(empty_report())["index.html"]
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
        in pages_of(report)["index.html"]
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
    page = whole(report_with(claims=[{**counts, **excluded, "excluded_no_fundamentals": 1_912}]))
    assert "No company is scored: 1,912 of 1,969 members have no annual record." in page


def test_the_same_report_gives_the_same_bytes():
    assert pages_of(hostile_report()) == pages_of(hostile_report())


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
    head = pages_of(empty_report(), HealthNote(day, "failing", lines))["index.html"]
    assert "Health of the home on 2026-03-20: failing." in head
    assert "failing: 400 MB &lt;free&gt;. To do: free some space" in head
    well = pages_of(empty_report(), HealthNote(day, "healthy", []))["index.html"]
    assert "healthy.</b> Everything is within its limits." in well
    assert "Health of the home" not in pages_of(empty_report())["index.html"]
