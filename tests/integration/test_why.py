"""`smallcap why` and `smallcap funnel` as they are typed: what they show is what SQL gives, and a wrong
question gets a useful answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from smallcap.questions import open_publication
from tests.command_line import published
from tests.integration.homes import Answer
from tests.sample_home import LAST_YEAR

Command = Callable[..., Answer]
LAST_DATE = f"{LAST_YEAR}-12-31"
AT_THE_LAST_DATE = f"as_of = DATE '{LAST_DATE}'"
FILTERS = ["business", "shariah", "balance_sheet", "income", "cash_flow", "value"]
NUMBERS = ["entered", "passed", "failed", "verify", "borderline", "left", "stand_alone_passed"]


@pytest.fixture
def ask(smallcap: Command, backfilled_home: Path) -> Command:
    """Ask a command of the home of many years."""
    return lambda *arguments: smallcap(*arguments, "--home", backfilled_home)


def one(home: Path, query: str) -> pd.Series:
    return published(home, query).iloc[0]


@pytest.fixture(scope="module")
def company(backfilled_home: Path) -> pd.Series:
    """A company with five years, a score and a failed filter: all parts of the tear sheet have something to
    show.
    """
    return one(
        backfilled_home,
        f"""
        SELECT m.* FROM core.members AS m JOIN marts.quality_scores AS s USING (as_of, entity_id)
        WHERE m.{AT_THE_LAST_DATE} AND s.method = 'published' AND s.basis = 'point_in_time'
        AND s.status = 'scored'
        AND entity_id IN (
            SELECT entity_id FROM core.filter_evaluations
            WHERE {AT_THE_LAST_DATE} AND filter_number = 5 AND years_used = 5)
        AND entity_id IN (SELECT entity_id FROM marts.funnel_outcomes
                          WHERE {AT_THE_LAST_DATE} AND filter_number = 6
            AND status = 'not_reached')
        ORDER BY m.ticker
        """,
    )


@pytest.fixture
def sheet(ask: Command, company: pd.Series) -> str:
    answer = ask("why", company["ticker"])
    assert answer.code == 0
    return answer.out


class TestTearSheet:
    def test_it_says_who_and_when_and_that_the_data_are_made_up(self, sheet: str, company: pd.Series) -> None:
        first, second, *_ = sheet.splitlines()
        assert first == f"{company['ticker']}  {company['name']}  at {LAST_DATE}"
        assert second.startswith("synthetic sample universe (made-up companies): no company here exists")

    def test_the_funnel_path_is_that_of_the_table(
        self, sheet: str, company: pd.Series, backfilled_home: Path
    ) -> None:
        rows = published(
            backfilled_home,
            (
                f"SELECT * FROM marts.funnel_outcomes WHERE {AT_THE_LAST_DATE} AND entity_id = "
                f"{company['entity_id']} ORDER BY filter_number"
            ),
        )
        assert f"Funnel: {rows['outcome'].iloc[0]}" in sheet
        for row in rows.itertuples():
            line = re.search(rf"^{row.filter_number} {row.filter_name} .*$", sheet, re.MULTILINE)
            assert line is not None
            words = line.group().split()
            assert words[2] == row.status
            assert row.stand_alone_status in words[3:5]
            for value in (row.value, row.threshold, row.headroom):
                assert ("–" if pd.isna(value) else f"{value:,.3f}") in words
            assert row.reason.split()[0] in words

    @pytest.mark.parametrize(
        ("title", "statement"),
        [
            ("Balance sheet", "balance_sheet"),
            ("Income statement", "income"),
            ("Cash flow statement", "cash_flow"),
        ],
    )
    def test_each_lens_shows_its_six_items_and_counts_those_met(
        self, sheet: str, company: pd.Series, backfilled_home: Path, title: str, statement: str
    ) -> None:
        rows = published(
            backfilled_home,
            f"SELECT * FROM marts.statement_lenses WHERE {AT_THE_LAST_DATE} AND entity_id = "
            f"{company['entity_id']}"
            f" AND statement = '{statement}'",
        )
        assert f"{title}: {(rows['verdict'] == 'met').sum()} of 6 preferences met" in sheet
        for row in rows.itertuples():
            line = re.search(rf"^{row.item} .*$", sheet, re.MULTILINE)
            assert line is not None
            assert row.preference in line.group()
            assert re.search(rf" {row.verdict}\b", line.group())

    def test_the_score_stands_with_its_parts_on_both_bases(
        self, sheet: str, company: pd.Series, backfilled_home: Path
    ) -> None:
        rows = published(
            backfilled_home,
            (
                f"SELECT * FROM marts.quality_scores WHERE {AT_THE_LAST_DATE} AND entity_id = "
                f"{company['entity_id']} AND method = 'published'"
            ),
        ).set_index("basis")
        assert set(rows.index) == {"point_in_time", "as_published"}
        row = rows.loc["point_in_time"]
        line = re.search(r"^point_in_time .*$", sheet, re.MULTILINE)
        assert line is not None
        assert f" {row['score']:.2f} " in line.group()
        for name in ("roe", "fcf_margin", "debt_to_assets", "interest_coverage"):
            assert f"(z {row[f'{name}_z']:+.2f})" in line.group()

    def test_another_method_can_be_asked_for(self, ask: Command, company: pd.Series) -> None:
        assert (
            "Quality score, method debt_free_aware"
            in ask("why", company["ticker"], "--method", "debt_free_aware").out
        )

    def test_five_years_stand_with_the_day_each_was_filed_and_became_known(
        self, sheet: str, company: pd.Series, backfilled_home: Path
    ) -> None:
        newest = one(
            backfilled_home,
            "SELECT filing_date, a.* FROM core.metrics_as_of AS a JOIN core.annual_fundamentals "
            "USING (entity_id, period_end, version,"
            f" available_date) WHERE {AT_THE_LAST_DATE} AND entity_id = {company['entity_id']}",
        )
        lines = {
            words: re.search(rf"^{words} +(.*)$", sheet, re.MULTILINE)
            for words in ("filed", "known since", "version", "revenue", "equity")
        }
        shown = {words: line.group(1).split() for words, line in lines.items() if line is not None}
        assert {words: len(values) for words, values in shown.items()} == dict.fromkeys(lines, 6)
        # The first column is that of the last twelve months.
        assert shown["filed"][1] == str(newest["filing_date"].date())
        assert shown["known since"][1] == str(newest["available_date"].date())
        assert shown["revenue"][1] == f"{newest['revenue_usd'] / 1e6:,.0f}"
        assert max(shown["known since"]) <= LAST_DATE

    @pytest.mark.drill
    def test_an_earlier_date_knows_nothing_that_became_known_later(
        self, ask: Command, company: pd.Series
    ) -> None:
        answer = ask("why", company["ticker"], "--as-of", "2024-06-30")
        known = re.search(r"^known since +(.*)$", answer.out, re.MULTILINE)
        assert known is not None
        assert max(known.group(1).split()) <= "2024-06-30"


@pytest.fixture(scope="module")
def share_class(backfilled_home: Path) -> pd.Series:
    """A member whose symbol carries its class behind a separator."""
    return one(
        backfilled_home,
        (
            f"SELECT * FROM core.members WHERE {AT_THE_LAST_DATE} AND regexp_full_match(ticker, "
            f"'[A-Z]+[ ./-][A-Z]') ORDER BY ticker"
        ),
    )


class TestSpelling:
    @pytest.mark.parametrize(
        "spelling",
        ["{stem}{letter}", "{stem}.{letter}", "{stem}-{letter}", "{stem}/{letter}", "{stem} {letter}"],
    )
    def test_a_class_is_found_with_any_separator_or_none(
        self, ask: Command, share_class: pd.Series, spelling: str
    ) -> None:
        stem, letter = re.split(r"[ ./-]", share_class["ticker"])
        answer = ask("why", spelling.format(stem=stem, letter=letter))
        assert answer.code == 0
        assert answer.out.startswith(f"{share_class['ticker']}  ")

    def test_capitals_do_not_matter(self, ask: Command, company: pd.Series) -> None:
        assert ask("why", company["ticker"].lower()).out.startswith(f"{company['ticker']}  ")

    def test_the_smaller_class_of_a_company_finds_the_company(
        self, ask: Command, backfilled_home: Path
    ) -> None:
        line = one(
            backfilled_home,
            "SELECT c.ticker, m.ticker AS largest, m.as_of FROM raw.constituents AS c JOIN "
            "raw.securities AS s USING (security_id)"
            " JOIN core.members AS m ON m.as_of = c.as_of AND m.entity_id = s.entity_id"
            " WHERE m.line_count > 1 AND c.security_id <> m.security_id ORDER BY m.as_of DESC, c.ticker",
        )
        answer = ask("why", line["ticker"], "--as-of", line["as_of"].date())
        assert answer.code == 0
        assert answer.out.startswith(f"{line['largest']}  ")


class TestMarkup:
    @pytest.mark.parametrize("signs", ["<b>", "&"])
    def test_a_name_with_markup_is_shown_as_it_is(
        self, ask: Command, backfilled_home: Path, signs: str
    ) -> None:
        named = one(
            backfilled_home,
            f"SELECT * FROM core.members WHERE contains(name, '{signs}') ORDER BY as_of DESC, ticker",
        )
        answer = ask("why", named["ticker"], "--as-of", named["as_of"].date())
        assert answer.out.startswith(f"{named['ticker']}  {named['name']}  at ")


class TestWrongQuestions:
    def test_an_unknown_ticker(self, ask: Command) -> None:
        answer = ask("why", "ZZZZZ")
        assert (answer.code, answer.out) == (2, "")
        assert (
            f"no member carries the ticker 'ZZZZZ' at {LAST_DATE}, nor does any line of the source; no "
            f"member ever carried it here"
        ) in " ".join(answer.err.split())

    def test_a_ticker_that_reads_like_markup_is_repeated_as_typed(self, ask: Command) -> None:
        answer = ask("why", "[bold]ZZZZZ")
        assert answer.code == 2
        assert "'[bold]ZZZZZ'" in " ".join(answer.err.split())

    @pytest.mark.drill
    def test_a_former_member_is_judged_and_gets_the_dates_on_which_it_was_one(
        self, ask: Command, backfilled_home: Path
    ) -> None:
        former = one(
            backfilled_home,
            "SELECT ticker, max(as_of) AS last FROM core.members WHERE entity_id NOT IN "
            f"(SELECT entity_id FROM core.members WHERE {AT_THE_LAST_DATE}) GROUP BY ticker "
            f"HAVING max(as_of) < DATE '{LAST_YEAR - 2}-01-01'"
            " AND NOT regexp_matches(ticker, '[^A-Z]') ORDER BY last DESC, ticker",
        )
        answer = ask("why", former["ticker"])
        assert answer.code == 0, answer.err
        assert "then: judged now, against the members' universe" in answer.out
        assert f"It was a member at {former['last'].date()}" in answer.out

    @pytest.mark.parametrize("command", [("why", "ZZZZZ"), ("funnel",)])
    def test_a_date_never_made_says_what_to_run(
        self, ask: Command, first_year: int, command: tuple[str, ...]
    ) -> None:
        date = f"{first_year - 1}-12-31"
        answer = ask(*command, "--as-of", date)
        assert answer.code == 2
        assert f"smallcap run --as-of {date}" in " ".join(answer.err.split())

    def test_an_unknown_method_names_those_there_are(self, ask: Command, company: pd.Series) -> None:
        answer = ask("why", company["ticker"], "--method", "magic")
        assert answer.code == 2
        assert "published, debt_free_aware" in " ".join(answer.err.split())

    @pytest.mark.parametrize("command", [("why", "ZZZZZ"), ("funnel",)])
    def test_a_home_without_a_warehouse_ends_with_5(
        self, smallcap: Command, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        assert smallcap(*command, "--home", tmp_path / "nothing").code == 5


class TestFunnel:
    @pytest.fixture
    def shown(self, ask: Command) -> str:
        answer = ask("funnel")
        assert answer.code == 0
        return answer.out

    def test_the_attrition_is_what_sql_counts_row_by_row(self, shown: str, backfilled_home: Path) -> None:
        counts = published(
            backfilled_home,
            f"""
            SELECT filter_number, count(*) FILTER (status <> 'not_reached') AS entered,
                   count(*) FILTER (status = 'pass') AS passed,
                count(*) FILTER (status = 'fail') AS failed, count(*) FILTER (status = 'verify') AS verify,
                count(*) FILTER (is_borderline AND status = 'pass') AS borderline,
                count(*) FILTER (status IN ('pass', 'verify')) AS "left",
                count(*) FILTER (stand_alone_status = 'pass') AS stand_alone_passed
            FROM marts.funnel_outcomes WHERE {AT_THE_LAST_DATE} GROUP BY filter_number ORDER BY filter_number
            """,
        )
        assert shown.startswith(
            f"Funnel of {LAST_DATE}\nsynthetic sample universe (made-up companies): no company here exists"
        )
        for number, name in enumerate(FILTERS, start=1):
            line = re.search(rf"^{number} {name} +(.*)$", shown, re.MULTILINE)
            assert line is not None
            assert line.group(1).split() == [f"{counts.loc[number - 1, column]:,}" for column in NUMBERS]

    def test_outcomes_and_survivors_are_those_of_the_table(self, shown: str, backfilled_home: Path) -> None:
        query = (
            f"SELECT ticker, outcome FROM marts.funnel_outcomes WHERE {AT_THE_LAST_DATE} AND "
            f"filter_number = 1"
        )
        rows = published(backfilled_home, query)
        counts = rows["outcome"].value_counts()
        told = ", ".join(
            f"{counts.get(name, 0):,} {name}"
            for name in ("survivor", "survivor_unverified", "undetermined", "failed")
        )
        assert f"outcomes: {told}" in " ".join(shown.split())
        survivors = sorted(rows.loc[rows["outcome"].isin(["survivor", "survivor_unverified"]), "ticker"])
        block = shown.split(f"Survivors: {len(survivors)}")[1].split("Borderline survivors")[0]
        assert all(re.search(rf"^{re.escape(ticker)} ", block, re.MULTILINE) for ticker in survivors)

    def test_borderline_and_unverified_companies_are_counted(self, shown: str, backfilled_home: Path) -> None:
        counts = one(
            backfilled_home,
            f"""
            SELECT count(DISTINCT entity_id) FILTER (
                       is_borderline AND outcome IN ('survivor', 'survivor_unverified')
                   ) AS borderline,
                count(DISTINCT entity_id) FILTER (status = 'verify' AND outcome <> 'failed') AS verify
            FROM marts.funnel_outcomes WHERE {AT_THE_LAST_DATE}
            """,
        )
        assert f"Borderline survivors: {counts['borderline']}" in shown
        assert f"To verify, of those that nothing failed: {counts['verify']}" in shown

    def test_names_with_markup_are_shown_as_they_are(self, ask: Command, backfilled_home: Path) -> None:
        listed = one(
            backfilled_home,
            "SELECT as_of, name FROM marts.funnel_outcomes JOIN core.members USING (as_of, entity_id)"
            " WHERE (contains(name, '<b>') OR contains(name, '&')) AND outcome <> 'failed' AND "
            "status = 'verify'"
            " ORDER BY contains(name, '<b>') DESC, as_of DESC, name",
        )
        assert listed["name"] in ask("funnel", "--as-of", listed["as_of"].date()).out


class TestNames:
    def test_part_of_a_name_shows_the_company(self, ask: Command, company: pd.Series, sheet: str) -> None:
        assert ask("why", company["name"].upper()).out == sheet

    def test_a_member_is_found_by_its_entity_whatever_its_symbol(
        self, ask: Command, backfilled_home: Path, company: pd.Series
    ) -> None:
        asked = {"as_of": LAST_DATE, "entity": int(company["entity_id"])}
        with open_publication(backfilled_home / "warehouse") as publication:
            by_symbol = publication.ask(
                "member_by_symbol", symbol=company["ticker"], entity=None, as_of=LAST_DATE
            )
            for symbol in (None, "-", "a symbol of nobody"):
                assert publication.ask("member_by_symbol", symbol=symbol, **asked) == by_symbol
        refused = ask("why", "-")
        assert (refused.code, "neither a symbol nor a name" in refused.err) == (2, True)

    def test_a_part_of_several_names_lists_them_and_a_comparison_takes_names(
        self, ask: Command, backfilled_home: Path, company: pd.Series
    ) -> None:
        several = ask("why", "make-believe")
        assert several.code == 2
        assert "companies have 'make-believe' in their name; give one's symbol" in several.err
        other = one(
            backfilled_home,
            f"SELECT * FROM core.members WHERE {AT_THE_LAST_DATE} AND ticker <> '{company['ticker']}' "
            f"ORDER BY ticker",
        )
        written = ask("compare", company["ticker"], other["name"], "--format", "csv")
        assert written.code == 0
        header, name, *_ = written.out.splitlines()
        assert header == f"section,item,is_different,{company['ticker']},{other['ticker']}"
        assert name.startswith("identity,name,true,")
        alone = ask("compare", company["ticker"], company["name"])
        assert (alone.code, "name two companies or more" in alone.err) == (2, True)
