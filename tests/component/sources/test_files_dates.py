"""Wild dates in a folder: each row is set aside with file, row and reason, the others stay, and the clock
does not move.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.rules.types.sanity import ClockRules
from smallcap.sources.base import Delivery
from smallcap.sources.files.dates import load_date_limits
from smallcap.sources.files.reach import newest_supported
from tests.component.sources.crafted import (
    REFERENCE,
    TODAY,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
)

EVER = (dt.date(1, 1, 1), dt.date(9999, 12, 31))
COMPANIES = 40
LISTED = {"ishares/a.csv": holdings([line(f"A{number}", f"COMPANY {number}") for number in range(COMPANIES)])}
LIST_SERVES_UNTIL = dt.date(2025, 6, 13)
FILED = dt.date(2025, 8, 29)


def statements(**last: object) -> pl.DataFrame:
    """One record a company, filed on forty days of which the last is `FILED`; the last record is changed."""
    rows: list[dict[str, object]] = [
        {
            "ticker": f"A{number}",
            "entity_id": number,
            "filing_date": f"{FILED - dt.timedelta(days=COMPANIES - number - 1)}",
        }
        for number in range(COMPANIES)
    ]
    return fundamentals_frame(
        *rows,
        {"ticker": "A0", "entity_id": 0, "period_end": "2022-12-31", "filing_date": "2023-02-20"} | last,
    )


def closes(*wild: dt.date) -> pl.DataFrame:
    """Month-end prices of forty lines from January to May, and one line's price of each wild day."""
    months = [
        dt.date(2025, 1, 31),
        dt.date(2025, 2, 28),
        dt.date(2025, 3, 31),
        dt.date(2025, 4, 30),
        dt.date(2025, 5, 30),
    ]
    rows = [(f"A{number}", day, 10.0) for number in range(COMPANIES) for day in months] + [
        ("A7", day, 11.0) for day in wild
    ]
    return pl.DataFrame(
        rows, schema={"ticker": pl.String, "date": pl.Date, "adj_close": pl.Float64}, orient="row"
    )


def told(delivery: Delivery) -> list[tuple[int | None, str, int, str]]:
    """Year, rule, row and problem of each refused row."""
    shown = [json.loads(row) for row in delivery.refused["row_json"]]
    return [
        (year, rule, row["row"], row["problem"])
        for (year, rule), row in zip(delivery.refused.select("year", "rule").rows(), shown, strict=True)
    ]


AHEAD = "lies more than 366 days after the day of the run"
BEFORE = "lies before 1950-01-01"


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(
    ("last", "year", "problem"),
    [
        ({"filing_date": "9999-12-31"}, None, f"filing_date {AHEAD}"),
        ({"period_end": "2204-12-31", "filing_date": "2205-03-01"}, None, f"period_end {AHEAD}"),
        ({"period_end": "2204-12-31"}, 2023, f"period_end {AHEAD}"),
        ({"filing_date": "1949-12-31"}, None, f"filing_date {BEFORE}"),
        ({"period_end": "1022-12-31"}, 2023, f"period_end {BEFORE}"),
        ({"restated_date": "2205-03-01"}, 2023, f"restated_date {AHEAD}"),
        ({"shares_outstanding_date": "1900-01-01"}, 2023, f"shares_outstanding_date {BEFORE}"),
        ({"filing_date": f"{TODAY + dt.timedelta(days=367)}"}, None, f"filing_date {AHEAD}"),
    ],
)
def test_a_record_with_a_wild_date_is_set_aside_alone(
    tmp_path: Path, last: dict[str, object], year: int | None, problem: str
) -> None:
    frame = statements(**last)
    source = open_folder(write_folder(tmp_path, {**LISTED, "fundamentals/a.csv": frame}))
    assert source.clock == FILED
    delivered = source.fundamentals(*EVER)
    assert delivered.rows.height == COMPANIES
    assert told(delivered) == [(year, "date_implausible", COMPANIES + 1, problem)]
    assert json.loads(delivered.refused["row_json"][0])["file"] == "fundamentals/a.csv"
    assert delivered.notices == (
        "fundamentals table: 1 row has an implausible date and is left out (core.rejects, rule "
        "date_implausible): "
        f"row {COMPANIES + 1} (line {COMPANIES + 2}) of fundamentals/a.csv, {problem}",
    )


def test_a_year_without_its_century_in_parquet_is_set_aside(tmp_path: Path) -> None:
    frame = statements().with_columns(pl.col("^.*(_date|_end)$").str.to_date())
    is_last = pl.int_range(pl.len()) == COMPANIES
    wild = frame.with_columns(filing_date=pl.when(is_last).then(pl.date(24, 3, 15)).otherwise("filing_date"))
    source = open_folder(write_folder(tmp_path, {**LISTED, "fundamentals/a.parquet": wild}))
    assert told(source.fundamentals(*EVER)) == [
        (None, "date_implausible", COMPANIES + 1, f"filing_date {BEFORE}")
    ]


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (dt.date(2099, 12, 31), f"date {AHEAD}"),
        (dt.date(24, 12, 31), f"date {BEFORE}"),
        (dt.date(2025, 12, 30), "date lies after 2025-06-13, the newest date that enough rows have"),
        (dt.date(2026, 5, 30), "date lies after 2025-06-13, the newest date that enough rows have"),
    ],
)
def test_one_price_far_from_all_others_is_set_aside_and_does_not_move_the_clock(
    tmp_path: Path, day: dt.date, problem: str
) -> None:
    table = closes(day)
    source = open_folder(write_folder(tmp_path, {**LISTED, "prices/a.parquet": table}))
    assert source.clock == LIST_SERVES_UNTIL
    delivered = source.prices(*EVER)
    assert delivered.rows.height == table.height - 1
    assert told(delivered) == [(None, "date_implausible", table.height, problem)]
    ids = source.securities().rows.filter(pl.col("ticker") == "A7")
    assert ids["valid_from"].to_list() == [dt.date(2025, 1, 31)]


def test_a_clock_that_the_user_sets_keeps_the_rows_up_to_it(tmp_path: Path) -> None:
    table = closes(dt.date(2025, 12, 30), dt.date(2026, 12, 30))
    folder = write_folder(tmp_path, {**LISTED, "prices/a.parquet": table})
    source = open_folder(folder, limits=load_date_limits(REFERENCE, TODAY, dt.date(2025, 12, 31)))
    assert [row for _, _, row, _ in told(source.prices(*EVER))] == [table.height]
    later = open_folder(
        folder, limits=load_date_limits(REFERENCE, dt.date(2024, 1, 1), dt.date(2026, 12, 31))
    )
    assert told(later.prices(*EVER)) == []
    earlier = open_folder(folder, limits=load_date_limits(REFERENCE, TODAY, dt.date(2025, 3, 31)))
    assert [row for _, _, row, _ in told(earlier.prices(*EVER))] == [table.height - 1, table.height]


def test_wild_dates_of_one_key_are_no_duplicates(tmp_path: Path) -> None:
    day = dt.date(9999, 12, 31)
    source = open_folder(write_folder(tmp_path, {**LISTED, "prices/a.parquet": closes(day, day)}))
    assert [row for _, _, row, _ in told(source.prices(*EVER))] == [COMPANIES * 5 + 1, COMPANIES * 5 + 2]
    assert (
        source.prices(*EVER)
        .notices[0]
        .startswith("prices table: 2 rows have implausible dates and are left out")
    )


def test_a_date_beyond_every_calendar_is_set_aside(tmp_path: Path) -> None:
    microseconds = pl.col("date").cast(pl.Datetime("us")).to_physical()
    is_last = pl.int_range(pl.len()) == COMPANIES * 5
    table = closes(TODAY).with_columns(
        pl.when(is_last)
        .then(2**62)
        .otherwise(microseconds)
        .cast(pl.Datetime("us", "Asia/Tokyo"))
        .alias("date")
    )
    source = open_folder(write_folder(tmp_path, {**LISTED, "prices/a.parquet": table}))
    assert [problem for *_, problem in told(source.prices(*EVER))] == [f"date {AHEAD}"]


def members(*snapshot_dates: str) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"snapshot_date": day, "ticker": f"A{number}", "name": f"COMPANY {number}"}
            for number, day in enumerate(snapshot_dates)
        ]
    )


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        ("2205-05-30", f"snapshot_date {AHEAD}"),
        ("2025-11-30", "snapshot_date lies after 2025-05-30, the newest date that enough rows have"),
    ],
)
def test_a_member_with_a_wild_date_makes_no_list(tmp_path: Path, day: str, problem: str) -> None:
    table = members(*["2025-05-30"] * COMPANIES, day)
    source = open_folder(write_folder(tmp_path, {"constituents/own.csv": table}))
    assert source.membership_dates("russell2000") == [dt.date(2025, 5, 30)]
    assert source.clock == dt.date(2025, 6, 30)
    delivered = source.constituents("russell2000", [dt.date(2025, 5, 31), dt.date(2025, 6, 30)])
    assert delivered.rows.height == 2 * COMPANIES
    assert told(delivered) == [(None, "date_implausible", COMPANIES + 1, problem)]


@pytest.mark.parametrize("as_of", ["May 13, 2205", "May 13, 1905"])
def test_a_holdings_file_of_a_wild_date_is_refused_by_name(tmp_path: Path, as_of: str) -> None:
    with pytest.raises(
        InputError, match=rf"holdings file ishares/a\.csv: the as-of date {as_of[-4:]}-05-13 is implausible"
    ):
        open_folder(
            write_folder(tmp_path, {"ishares/a.csv": holdings([line()], as_of=as_of)})
        ).membership_dates("russell2000")


def test_a_folder_without_any_plausible_date_is_refused(tmp_path: Path) -> None:
    source = open_folder(write_folder(tmp_path, {"constituents/own.csv": members("9999-12-31")}))
    with pytest.raises(InputError, match=r"no file in .* has a row with a plausible date"):
        _ = source.clock


# the newest date that enough rows support
# ----------------------------------------------------------------------------

RULES = ClockRules(max_gap_days=92, min_share=0.05)
START = dt.date(2024, 1, 31)


def newest(*dated: tuple[int, str]) -> int | None:
    """Rows as (days after the start, name); the answer in days after the start."""
    rows = pl.DataFrame(
        [(START + dt.timedelta(days=day), name) for day, name in dated],
        schema={"date": pl.Date, "name": pl.String},
        orient="row",
    )
    found = newest_supported(rows, "date", "name", RULES)
    return None if found is None else (found - START).days


MANY = [(0, str(number)) for number in range(40)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], None),
        ([(5, "a")], 5),
        ([(0, "a"), (365, "a"), (730, "a")], 730),  # one company files once a year
        ([*MANY, (92, "7")], 92),  # no gap
        ([*MANY, (93, "7")], 0),  # one of forty after a gap
        ([*MANY, (93, "7"), (120, "7"), (150, "7")], 0),  # the same one of forty
        ([*MANY, (93, "7"), (120, "8")], 120),  # two of forty
        ([*MANY, (200, "7"), (600, "8")], 0),  # two, each far from the other
        ([*MANY, *((200 + day, str(day)) for day in range(40)), (900, "7")], 239),
        ([(0, "a"), (200, "b")], 200),  # half of a small table
        ([(200 * number, str(number)) for number in range(40)], 7800),  # nothing but gaps
    ],
)
def test_the_newest_supported_date(rows: list[tuple[int, str]], expected: int | None) -> None:
    assert newest(*rows) == expected


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.sampled_from("abcdefgh")), min_size=1, max_size=30),
    st.randoms(),
)
def test_it_is_one_of_the_dates_and_depends_on_no_order(rows: list[tuple[int, str]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert newest(*rows) == newest(*shuffled)
    assert newest(*rows) in {day for day, _ in rows}
