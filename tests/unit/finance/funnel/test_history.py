"""Five visible years: versions, gaps, odd fiscal years, and what is not known yet."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.finance.funnel.history import with_history
from smallcap.finance.metrics.annual import annual_metrics
from tests.unit.finance.builders import METRICS, fundamentals
from tests.unit.finance.funnel.funnel_builders import AS_OF, RULES, sound_company, sound_year


def seen(records: list[dict[str, object]], as_of: dt.date = AS_OF) -> dict[str, object]:
    questions = pl.DataFrame({"entity_id": [1], "as_of": [as_of]})
    return with_history(questions, annual_metrics(fundamentals(*records), METRICS), RULES).row(0, named=True)


def test_five_consecutive_years_are_summed_up() -> None:
    row = seen(sound_company())
    assert (
        row["years"],
        row["net_income_known"],
        row["net_income_positive"],
        row["revenue_changes_known"],
    ) == (5, 5, 5, 4)


def test_a_year_is_not_seen_before_it_is_filed() -> None:
    row = seen(sound_company(y2023={"net_income_usd": -1.0}), dt.date(2024, 2, 28))
    assert (row["years"], row["net_income_positive"]) == (4, 4)


def test_a_restatement_counts_from_its_own_filing_on() -> None:
    restated = {
        "version": "restated",
        "filing_date": dt.date(2024, 4, 10),
        "available_date": dt.date(2024, 4, 11),
        "net_income_usd": -1.0,
    }
    records = [*sound_company(), sound_year(2021, **restated)]
    assert seen(records, dt.date(2024, 3, 31))["net_income_positive"] == 5
    assert seen(records, dt.date(2024, 4, 30))["net_income_positive"] == 4


def test_a_missing_year_ends_the_run() -> None:
    row = seen([row for row in sound_company() if row["fiscal_year"] != 2021])
    assert row["years"] == 2


def test_two_rows_for_one_year_are_one_year_in_its_last_version() -> None:
    twice = sound_year(2022, period_end=dt.date(2022, 12, 28), net_income_usd=-1.0)
    row = seen([*sound_company(), twice])
    assert (row["years"], row["net_income_positive"]) == (5, 5)


def test_a_53_week_year_is_a_year() -> None:
    ends = [
        dt.date(2020, 1, 4),
        dt.date(2021, 1, 2),
        dt.date(2022, 1, 1),
        dt.date(2022, 12, 31),
        dt.date(2023, 12, 30),
    ]
    records = [
        sound_year(
            2019 + n,
            period_end=end,
            filing_date=end + dt.timedelta(60),
            available_date=end + dt.timedelta(61),
        )
        for n, end in enumerate(ends)
    ]
    assert seen(records)["years"] == 5


def test_a_changed_fiscal_year_end_ends_the_run() -> None:
    june = [
        sound_year(
            year,
            period_end=dt.date(year, 6, 30),
            filing_date=dt.date(year, 9, 1),
            available_date=dt.date(year, 9, 2),
        )
        for year in (2019, 2020, 2021)
    ]
    assert seen([*june, sound_year(2022), sound_year(2023)])["years"] == 2


def test_a_year_in_the_wrong_unit_is_unknown() -> None:
    records = sound_company(y2021={"is_scale_suspect": True, "scale_suspect_fields": "net_income_usd"})
    row = seen(records)
    assert (row["years"], row["net_income_known"], row["net_income_sum"]) == (5, 4, None)


def test_many_dates_see_what_each_of_them_could_know() -> None:
    dates = [dt.date(2020, 1, 31), dt.date(2020, 3, 31), dt.date(2022, 12, 31), AS_OF]
    questions = pl.DataFrame({"entity_id": [1, 1, 1, 1], "as_of": dates})
    rows = with_history(questions, annual_metrics(fundamentals(*sound_company()), METRICS), RULES)
    assert rows["years"].to_list() == [None, 1, 3, 5]


def test_nothing_known_is_all_null() -> None:
    questions = pl.DataFrame({"entity_id": [7], "as_of": [AS_OF]})
    rows = with_history(questions, annual_metrics(fundamentals(*sound_company()), METRICS), RULES)
    assert rows.drop("entity_id", "as_of").row(0) == (None,) * (rows.width - 2)
