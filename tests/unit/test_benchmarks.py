"""The benchmarks compare equals: yardsticks give what smallcap gives, and limits say what was missed."""

import datetime as dt

import polars as pl
import pytest

from benchmarks import against_bare, bootstrap, page, rolling, timing, trailing, whole_run
from benchmarks.measured_run import Measured
from benchmarks.plain_files import write_by_year
from benchmarks.quality_in_memory import ROOT, screen
from benchmarks.results import Limit, Section
from benchmarks.sizes import FULL, SMALL
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.quintiles import QuintileRules
from tests.oracle import quintiles_polars
from tests.oracle.quality_polars import bare_polars, looped_pandas, made_up_market
from tests.oracle.quintile_tables import KEYS
from tests.oracle.regressions_numpy import bare_numpy, name_by_name
from tests.oracle.rows_agreement import refuse_differences
from tests.oracle.trailing_polars import bare_trailing, made_up_statements
from tests.tolerances import BENCHMARKED

DATES = [dt.date(2010, 6, 30), dt.date(2020, 12, 31)]


@pytest.fixture(scope="module")
def market():
    records, members = made_up_market(companies=200, listed=120)
    return records, members.filter(pl.col("as_of").is_in(DATES))


@pytest.fixture(scope="module")
def scored(market):
    screened = screen(*market, read_rules(ROOT / "data" / "reference", "quality.toml", QualityRules))
    return screened.filter(pl.col("status") == "scored").select(
        "as_of", "entity_id", "score", pl.col("quintile").cast(pl.Int64)
    )


def _looped(market):
    looped = looped_pandas(*(frame.to_pandas() for frame in market))
    return pl.from_pandas(looped).with_columns(pl.col("as_of").cast(pl.Date))


@pytest.mark.parametrize(
    "yardstick", [_looped, lambda market: bare_polars(*market)], ids=["pandas loop", "bare Polars"]
)
def test_a_yardstick_scores_the_same_companies_alike(market, scored, yardstick):
    theirs = yardstick(market).select(
        "as_of", "entity_id", their_score="score", their_quintile=pl.col("quintile").cast(pl.Int64)
    )
    both = scored.join(theirs, on=["as_of", "entity_id"], how="full", coalesce=True)
    assert both.height == scored.height == theirs.height > 0
    assert both["score"].to_list() == pytest.approx(both["their_score"].to_list(), abs=BENCHMARKED)
    assert both["quintile"].to_list() == both["their_quintile"].to_list()


@pytest.mark.parametrize("yardstick", [bare_numpy, name_by_name])
def test_a_yardstick_of_rolling_regressions_finds_the_same_figures(yardstick):
    panel = rolling.made_up_panel(0.0, names=3)
    assert (
        rolling.difference(rolling.ours(*panel), yardstick(*panel, rolling.ENDS, rolling.WINDOW))
        <= rolling.LARGEST_DIFFERENCE
    )


def test_the_bootstrap_and_its_yardstick_find_the_same_interval():
    book = bootstrap.made_up_book()
    mine = bootstrap.ours(*book)
    theirs = bootstrap.by_arch(*book)
    assert abs(mine.low - theirs[0]) + abs(mine.high - theirs[1]) <= bootstrap.LARGEST_DIFFERENCE


def test_other_rolling_regressions_are_not_compared():
    returns, factors = rolling.made_up_panel(0.0, names=3)
    with pytest.raises(ValueError, match="must be the same"):
        rolling.difference(
            rolling.ours(returns, factors),
            bare_numpy(returns + factors[:, :1] * 0.001, factors, rolling.ENDS, rolling.WINDOW),
        )


@pytest.mark.parametrize(
    ("measured", "is_least", "is_held"),
    [(2.9, False, True), (3.1, False, False), (31, True, True), (2.9, True, False)],
)
def test_a_limit_holds_on_its_own_side_only(measured, is_least, is_held):
    assert Limit("a ratio", measured, 3.0, is_least=is_least).is_held == is_held


def test_the_page_counts_and_names_what_was_missed():
    held, missed = Limit("the quick one", 1.0, 3.0), Limit("the slow one", 4.0, 3.0)
    text = page.write(
        [Section("Some ratios", "What they mean.", ("", "seconds"), [["us", "4"]], [held, missed])],
        dt.date(2026, 1, 2),
        "",
    )
    assert "2 limits, 1 held, 1 missed" in text
    assert "| the slow one | at most 3× | 4.00× | NO |" in text
    assert "| us | 4 |" in text


FIGURES = pl.DataFrame(
    {"company": [1, 2], "value": [0.3, None], "status": ["pass", "verify"], "reason": ["ours", "ours"]}
)


def test_two_sides_agree_in_any_order_in_their_own_words_and_but_for_the_last_digits():
    theirs = FIGURES.reverse().with_columns(pl.col("value") * (1 + 1e-12), reason=pl.lit("theirs"))
    refuse_differences("a table", FIGURES, theirs, ["company"], apart_from=["reason"])


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (FIGURES.with_columns(pl.col("value") * (1 + 1e-6)), "value differs in 1 of 2 rows"),
        (FIGURES.with_columns(pl.col("value").fill_null(0.0)), "value differs in 1 of 2 rows"),
        (FIGURES.with_columns(status=pl.lit("pass")), "status differs in 1 of 2 rows"),
        (FIGURES.head(1), "other rows"),
        (FIGURES.drop("status"), "other columns"),
    ],
)
def test_any_other_difference_is_refused(theirs, message):
    with pytest.raises(ValueError, match=message):
        refuse_differences("a table", FIGURES, theirs, ["company"], apart_from=["reason"])


def test_the_bare_script_of_trailing_metrics_makes_the_same_table() -> None:
    statements = made_up_statements(companies=8, years=5)
    made = trailing.ours(*statements)
    trailing.refuse_others(made, bare_trailing(*statements))
    with pytest.raises(AssertionError):
        trailing.refuse_others(made.with_columns(pl.col("roe") + 0.001), bare_trailing(*statements))


def test_portfolios_of_few_companies_have_no_performance_and_every_column_of_its_key():
    rules = read_rules(ROOT / "data" / "reference", "quintiles.toml", QuintileRules)
    monthly = pl.DataFrame(
        [("published", 12, "cap", "all", "5", DATES[0], rules.least_names - 1, 0.01, 0.0)],
        [*quintiles_polars.SERIES, "month", "names", "total_return", "turnover"],
        orient="row",
    )
    factors = pl.DataFrame(schema={"model": pl.String, "vintage": pl.String, "mom": pl.Float64})
    found = quintiles_polars.performance(monthly, factors, rules)
    assert found.columns == KEYS["marts.quintile_performance"]
    assert found.is_empty()


@pytest.mark.parametrize("name", ["empty", "of two years"])
def test_a_bare_script_s_table_is_read_as_it_was_written(name, tmp_path, monkeypatch):
    frame = pl.DataFrame({"year": [2024, 2025], "value": [1.0, 2.0]}).head(0 if name == "empty" else 2)
    write_by_year(frame, name, tmp_path)
    monkeypatch.setattr(against_bare, "SIZES", SMALL)
    assert against_bare.made_by([name], tmp_path)[name].equals(frame)


def test_tables_without_rows_are_not_compared_at_the_full_size(tmp_path, monkeypatch):
    write_by_year(pl.DataFrame({"value": []}), "empty", tmp_path)
    monkeypatch.setattr(against_bare, "SIZES", FULL)
    with pytest.raises(ValueError, match="made no rows of empty"):
        against_bare.made_by(["empty"], tmp_path)


def test_ratios_are_those_of_paired_runs_with_their_spread():
    compared = timing.ratio([2.0, 9.0, 3.0], [1.0, 3.0, 2.0])
    assert (compared.median, compared.least, compared.greatest) == (2.0, 1.5, 3.0)
    assert str(compared) == "2.00 (1.50 to 3.00)"


@pytest.mark.parametrize("repeats", ["runs", "backfills", "whole_runs", "pairs", "questions"])
def test_every_published_ratio_is_of_at_least_five_pairs(repeats):
    assert getattr(FULL, repeats) >= 5


def test_functions_run_in_turn():
    calls: list[str] = []
    taken = timing.in_turn(3, lambda: calls.append("ours"), lambda: calls.append("theirs"))
    assert calls == ["ours", "theirs"] * 3
    assert [len(seconds) for seconds in taken] == [3, 3]


@pytest.mark.parametrize(("others", "is_busy"), [(0.1, False), (0.11, True)])
def test_a_section_says_whether_other_programs_kept_the_machine_busy(others, is_busy):
    assert ("the machine was busy" in timing.load_in_words(others)) == is_busy


def test_quarters_are_counted_with_their_share_of_the_bookkeeping():
    parts = {
        ("core.trailing_metrics", "compute"): 2.0,
        ("core.trailing_metrics", "write"): 1.0,
        ("core.members", "compute"): 5.0,
    }
    taken = Measured(12.0, 1.0, 10.0, parts, events=4, peak_bytes=1)
    # Of two tables one is there for quarters, and half of the two seconds that are nobody's falls on it.
    assert whole_run.of_quarters(taken) == 2.0 + 1.0 + 1.0


def test_every_section_says_what_other_programs_did():
    made = [Section("One", "What it means.", ("",), [], []), Section("Two", "Also.", ("",), [], [])]
    sections = list(timing.with_load(lambda: iter([made])))
    assert [section.title for section in sections] == ["One", "Two"]
    assert all("Other programs used" in section.load for section in sections)
    assert "Also. Other programs used" in page.write(sections, dt.date(2026, 1, 2), "")
