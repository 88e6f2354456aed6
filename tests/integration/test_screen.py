"""`smallcap screen` as it is typed: members, watched names and companies that are judged at once."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.pipelines.command import judged
from smallcap.questions import open_publication
from smallcap.settings import load_settings
from smallcap.sources.sample.adapter import SampleSource
from smallcap.tables import TABLES
from tests.command_line import published
from tests.integration.homes import LATER, Answer, contents, make
from tests.paths import PROJECT_ROOT
from tests.tolerances import EXACT

Command = Callable[..., Answer]
OF_MEMBERS = [
    name
    for name, table in TABLES.items()
    if name in ("core.members", "core.metrics_as_of", "core.filter_evaluations")
    or (table.layer == "marts" and ".watched_" not in name and name != "marts.metric_differences")
]
"""Tables that hold or count members. marts.metric_differences compares records of all known companies."""
WATCHED = (
    f"SELECT ticker FROM core.watched_names WHERE NOT is_member AND as_of = DATE '{LATER}' ORDER BY ticker"
)
SCORED = (
    f"SELECT ticker FROM marts.quality_scores WHERE as_of = DATE '{LATER}' AND status = 'scored' "
    "AND method = 'published' AND basis = 'point_in_time' ORDER BY ticker"
)


def watched_of(home: Path) -> list[str]:
    return [str(ticker) for ticker in published(home, WATCHED)["ticker"]]


def member_of(home: Path) -> str:
    return str(published(home, SCORED)["ticker"].iloc[0])


def test_a_member_and_a_watched_name_stand_side_by_side(smallcap: Command, small_home: Path) -> None:
    outsider, member = watched_of(small_home)[0], member_of(small_home)
    answer = smallcap("screen", member, outsider, "--format", "csv", "--home", small_home)
    assert answer.code == 0, answer.err
    rows = {row["ticker"]: row for row in csv.DictReader(io.StringIO(answer.out))}
    assert (rows[member]["is_member"], rows[outsider]["is_member"]) == ("True", "False")
    assert rows[outsider]["basis"] == "watched"
    assert float(rows[member]["score"]) == pytest.approx(
        published(
            small_home,
            f"SELECT score FROM marts.quality_scores WHERE as_of = DATE '{LATER}' AND ticker = '{member}' "
            "AND method = 'published' AND basis = 'point_in_time'",
        )["score"].iloc[0]
    )
    for row in rows.values():
        statuses = [row[name] for name in ("business", "shariah", "balance_sheet", "income", "value")]
        assert set(statuses) <= {"pass", "fail", "verify"}


def test_a_former_ticker_of_a_member_shows_the_member(smallcap: Command, home: Path) -> None:
    renamed = published(
        home,
        f"""
        SELECT s.ticker AS former, m.ticker FROM raw.securities AS s JOIN core.members AS m USING (entity_id)
        WHERE m.as_of = DATE '{LATER}' AND s.valid_to < m.as_of AND s.ticker <> m.ticker
          AND s.ticker NOT IN (SELECT ticker FROM core.members WHERE as_of = m.as_of)
          AND s.ticker NOT IN (SELECT ticker FROM raw.securities WHERE valid_to IS NULL)
        ORDER BY s.ticker
        """,
    ).iloc[0]
    answer = smallcap("screen", str(renamed["former"]).lower(), "--format", "csv", "--home", home)
    assert answer.code == 0, answer.err
    (row,) = csv.DictReader(io.StringIO(answer.out))
    assert (row["ticker"], row["is_member"]) == (renamed["ticker"], "True")


JUDGED_ON_A_QUARTER = """
    SELECT x.ticker, f.value AS debt_to_equity, t.balance_sheet_date, t.market_cap_usd
    FROM {names} AS x JOIN {figures} AS t USING (as_of, {key}) JOIN {annual} AS a USING (as_of, {key})
    JOIN {verdicts} AS f USING (as_of, {key})
    WHERE x.as_of = DATE '{date}' AND f.filter_number = 3 AND f.value IS NOT NULL
      AND t.statement_footing = 'quarter' AND t.debt_to_equity <> a.debt_to_equity
    ORDER BY x.ticker LIMIT 1
"""
OF_MEMBER = {
    "names": "core.members",
    "figures": "core.trailing_as_of",
    "annual": "core.metrics_as_of",
    "verdicts": "core.filter_evaluations",
    "key": "entity_id",
}
OF_OUTSIDER = {
    "names": "core.watched_names",
    "figures": "core.watched_trailing",
    "annual": "core.watched_metrics",
    "verdicts": "marts.watched_outcomes",
    "key": "ticker",
}


@pytest.mark.parametrize("tables", [OF_MEMBER, OF_OUTSIDER], ids=["member", "outsider"])
def test_figures_are_those_that_the_verdicts_use(
    smallcap: Command, small_home: Path, tables: dict[str, str]
) -> None:
    """Debt over equity of the screen is that of filter 3, on a company whose last quarter changed it."""
    one = published(small_home, JUDGED_ON_A_QUARTER.format(date=LATER, **tables)).iloc[0]
    answer = smallcap("screen", one["ticker"], "--format", "json", "--home", small_home)
    (row,) = json.loads(answer.out)
    assert row["debt_to_equity"] == pytest.approx(one["debt_to_equity"], rel=EXACT)
    assert row["market_cap_usd"] == pytest.approx(one["market_cap_usd"], rel=EXACT)
    assert row["statement_footing"] == "quarter"
    assert row["balance_sheet_date"] == f"{one['balance_sheet_date']:%Y-%m-%d}"
    told = smallcap("why", one["ticker"], "--home", small_home).out
    assert f"balance sheet of {row['balance_sheet_date']}" in told
    assert f"market value {row['market_cap_usd'] / 1e6:,.0f} m USD" in told


def test_the_table_of_watched_names_shows_the_figures_that_the_verdicts_use(small_home: Path) -> None:
    used = published(
        small_home,
        "SELECT ticker, value FROM marts.watched_outcomes "
        f"WHERE as_of = DATE '{LATER}' AND filter_number = 3 AND value IS NOT NULL",
    )
    with open_publication(load_settings(home=small_home).warehouse_dir) as publication:
        shown = {
            row["ticker"]: row["debt_to_equity"] for row in publication.ask("watched_names", as_of=LATER)
        }
    assert len(used) > 0
    assert [shown[ticker] for ticker in used["ticker"]] == pytest.approx(list(used["value"]), rel=EXACT)


def test_json_has_the_same_rows(smallcap: Command, small_home: Path) -> None:
    answer = smallcap("screen", member_of(small_home), "--format", "json", "--home", small_home)
    (row,) = json.loads(answer.out)
    assert (row["as_of"], row["basis"]) == (str(LATER), "member")


def test_a_symbol_that_nobody_carries_is_an_error_after_what_is_known(
    smallcap: Command, small_home: Path
) -> None:
    member = member_of(small_home)
    answer = smallcap("screen", member, f"{member}Q9", "--home", small_home)
    assert answer.code == ExitCode.INPUT
    assert f"1 company at {LATER}" in answer.out
    assert f"no line of the source carries '{member}Q9'" in answer.err
    assert f"nearest: {member} (" in answer.err
    assert "watchlist.csv" in answer.err


def test_a_date_that_was_never_made_says_how_to_make_it(smallcap: Command, small_home: Path) -> None:
    answer = smallcap("screen", "ABC", "--as-of", "2010-03-31", "--home", small_home)
    assert answer.code == ExitCode.INPUT
    assert "there is no funnel of 2010-03-31" in answer.err


def test_help_says_what_a_company_outside_the_index_is_compared_with(smallcap: Command) -> None:
    assert "without being counted in any" in " ".join(smallcap("screen", "--help").out.split())


def test_what_is_judged_at_once_is_what_a_run_publishes(small_home: Path) -> None:
    settings = load_settings(home=small_home)
    with open_publication(settings.warehouse_dir) as publication:
        for ticker in watched_of(small_home):
            stored = judged.judged_company(settings, publication, ticker, LATER, "published")
            at_once = judged._at_once(settings, publication, ticker, LATER, "published")
            assert stored is not None
            assert at_once is not None
            assert (stored.basis, at_once.basis) == (judged.WATCHED, judged.JUDGED_NOW)
            for part in ("path", "lenses", "scores"):
                for one, other in zip(getattr(stored, part), getattr(at_once, part), strict=True):
                    # A score of the other basis may not be published yet.
                    assert one == {name: other[name] for name in one}, (ticker, part)
            same = set(TABLES["core.watched_metrics"].columns) - {"year"}
            assert {name: stored.identity[name] for name in same} == {
                name: at_once.identity[name] for name in same
            }


def test_why_judges_a_watched_name(smallcap: Command, small_home: Path) -> None:
    ticker = watched_of(small_home)[0]
    answer = smallcap("why", ticker, "--home", small_home)
    assert answer.code == 0, answer.err
    assert "then: watched, against the members' universe" in answer.out
    assert "Funnel: " in answer.out
    assert "preferences met" in answer.out
    assert "Quality score, method published" in answer.out


@pytest.mark.drill
def test_more_watched_names_change_nothing_that_counts_members(home: Path, small_home: Path) -> None:
    reference = Path(shutil.copytree(PROJECT_ROOT / "data" / "reference", home.parent / "reference"))
    known = set(published(home, "SELECT ticker FROM raw.securities")["ticker"])
    settings = load_settings(home=home)
    universe = SampleSource(settings.sample_companies, settings.sample_seed).securities().rows
    # Companies that the home has never heard of: their statements and prices come with the next run.
    others = [ticker for ticker in universe["ticker"].unique(maintain_order=True) if ticker not in known][:5]
    watchlist = reference / "watchlist.csv"
    header = watchlist.read_text(encoding="utf-8").splitlines()[0]
    rows = "".join(f"{ticker},,a test,,,a test\n" for ticker in others)
    watchlist.write_text(f"{header}\n{rows}", encoding="utf-8")
    make(home, LATER, reference_dir=reference)
    assert set(others) <= set(watched_of(home))
    before, after = contents(small_home, OF_MEMBERS), contents(home, OF_MEMBERS)
    for name in OF_MEMBERS:
        assert after[name].equals(before[name]), name
