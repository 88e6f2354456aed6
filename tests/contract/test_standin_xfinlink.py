"""The stand-in of the data vendor, asked by the vendor's own client: endpoints, paging, units, plans and
keys.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from smallcap.sources.sample.generate import generate
from tests.standin.daily import daily_prices
from tests.standin.fixture import members_with_statements, standin, universe, xfl
from tests.standin.universe import SAMPLE_COMPANIES, SAMPLE_SEED
from tests.tolerances import EXACT

__all__ = ["standin", "universe", "xfl"]

INDEX = "russell2000"
AS_OF = dt.date(2025, 12, 31)


@pytest.fixture(scope="module")
def sample():
    return generate(SAMPLE_COMPANIES, SAMPLE_SEED)


@pytest.fixture(scope="module")
def source_ids(universe):
    return dict(universe.lines.select("entity_id", "source_id").iter_rows())


def two_class_company(universe):
    """Return (issuer's id, id of the second class, ticker of the second class) of a company that lasts."""
    spells = universe.spells.filter(pl.col("valid_to").is_null()).join(universe.lines, on="entity_id")
    second = spells.filter(pl.col("entity_id") != pl.col("issuer_id")).row(0, named=True)
    return second["issuer_id"], second["entity_id"], second["ticker"]


class TestIndex:
    def test_the_members_of_a_day_are_the_sample_list_of_that_day(self, xfl, sample, source_ids):
        served = xfl.index(INDEX, as_of=AS_OF)
        listed = sample["constituents"].filter(pl.col("snapshot_date") == AS_OF)
        shown = {(source_ids[row.entity_id], row.ticker, row.entity_name) for row in served.itertuples()}
        assert shown == set(listed.select("source_id", "ticker", "name").iter_rows())

    def test_a_day_between_lists_has_the_members_of_the_list_before_it(self, xfl):
        assert (
            xfl.index(INDEX, as_of="2025-11-20")["entity_id"].tolist()
            == xfl.index(INDEX, as_of="2025-10-31")["entity_id"].tolist()
        )

    def test_pages_by_offset_are_disjoint_and_whole_and_the_client_warns_of_the_rest(self, xfl, standin):
        with pytest.warns(UserWarning, match=r"returned 100 of \d+ rows"):
            first = xfl.index(INDEX, as_of=AS_OF, limit=100)
        rest = xfl.index(INDEX, as_of=AS_OF, limit=1000, offset=100)
        assert [*first["entity_id"], *rest["entity_id"]] == xfl.index(INDEX, as_of=AS_OF)[
            "entity_id"
        ].tolist()
        assert standin.counts() == {"/v1/index": 3}

    def test_a_day_after_the_record_is_refused_naming_its_end(self, xfl, standin):
        standin.configure(today="2025-06-30")
        with pytest.raises(
            xfl.XfinlinkError, match=r"API error \(400\): as_of 2025-07-01 is after the end .* 2025-06-30"
        ):
            xfl.index(INDEX, as_of="2025-07-01")

    def test_a_day_before_the_record_has_no_rows_and_no_warning(self, xfl, recwarn):
        assert xfl.index(INDEX, as_of="1999-12-31").empty
        assert not recwarn.list

    def test_another_index_is_unknown(self, xfl):
        with pytest.raises(xfl.XfinlinkError, match="Unknown index 'sp600'"):
            xfl.index("sp600")

    def test_the_index_can_be_refused_as_the_newer_documents_suggest(self, xfl, standin):
        standin.configure(is_index_served=False)
        with pytest.raises(
            xfl.XfinlinkError, match=r"Unknown index 'russell2000'. Available: sp500, ndx100, djia"
        ):
            xfl.index(INDEX)

    def test_dates_of_membership_frame_the_day(self, xfl):
        members = xfl.index(INDEX, as_of=AS_OF)
        assert (members["added_date"] <= str(AS_OF)).all()
        assert (members["removed_date"].dropna() >= str(AS_OF)).all()

    def test_the_event_log_turns_one_list_into_a_later_one(self, xfl):
        before, after = (
            set(xfl.index(INDEX, as_of=day)["entity_id"]) for day in ("2025-05-31", "2025-12-31")
        )
        events = xfl.index_events(INDEX, start="2025-05-31", end="2025-12-31")
        events = events[~((events["event_type"] == "added") & (events["effective_date"] == "2025-05-31"))]
        for event in events.itertuples():
            before = before | {event.entity_id} if event.event_type == "added" else before - {event.entity_id}
        assert before == after
        assert events["effective_date"].is_monotonic_increasing

    def test_the_event_log_leaves_out_founding_members_and_filters_by_kind(self, xfl):
        events = xfl.index_events(INDEX, event_type="added")
        assert set(events["event_type"]) == {"added"}
        assert events["effective_date"].min() > "2005-01-31"


class TestResolve:
    def test_the_classes_of_a_company_share_their_cik_and_have_ids_of_their_own(self, xfl, universe):
        issuer, second, ticker = two_class_company(universe)
        found = xfl.resolve([f"{ticker[:-1]}.A", f"{ticker[:-1]}-B"])["data"]
        (first_class,), (second_class,) = (entry["entities"] for entry in found.values())
        assert (first_class["entity_id"], second_class["entity_id"]) == (issuer, second)
        assert first_class["cik"] == second_class["cik"]
        assert len(first_class["cik"]) == 10

    def test_a_recycled_ticker_has_two_carriers_and_one_on_a_day(self, xfl, universe):
        by_ticker = universe.spells.group_by("ticker").agg(pl.col("entity_id").sort_by("valid_from"))
        is_recycled = (pl.col("entity_id").list.len() == 2) & (pl.col("ticker") != "-")
        ticker, carriers = by_ticker.filter(is_recycled).sort("ticker").row(0)
        found = xfl.resolve(ticker)["data"][ticker]["entities"]
        assert [entity["entity_id"] for entity in found] == carriers[::-1]
        old = xfl.resolve(ticker, date_=found[1]["ticker_valid_to"])["data"][ticker]["entities"]
        assert [entity["entity_id"] for entity in old] == carriers[:1]

    def test_unknown_tickers_and_leftovers_of_mergers_are_unresolved(self, xfl):
        meta = xfl.resolve(["ZZZZZZ", "-", "P0E470"])["meta"]
        assert meta == {"tickers_resolved": [], "tickers_unresolved": ["ZZZZZZ", "-", "P0E470"]}

    def test_a_company_without_statements_has_no_cik(self, xfl, sample, universe):
        silent = (
            sample["securities"]
            .filter(~pl.col("is_resolved") & pl.col("sic").is_not_null())
            .row(0, named=True)
        )
        entity = xfl.resolve(silent["ticker"])["data"][silent["ticker"]]["entities"][0]
        assert entity["cik"] is None
        assert entity["classifications"]["sic"] == silent["sic"]

    def test_eleven_tickers_are_refused_on_every_plan(self, xfl, standin):
        standin.configure(plan="redistribution")
        with pytest.raises(xfl.XfinlinkError, match="Maximum 10 tickers per request"):
            xfl.resolve([f"T{number}" for number in range(11)])

    def test_a_spell_that_ends_later_is_open_today(self, xfl, standin, universe):
        spell = universe.spells.filter(
            pl.col("valid_to").is_not_null() & (pl.col("valid_from") > dt.date(2005, 1, 1))
        ).row(0, named=True)
        standin.configure(today=str(spell["valid_from"]))
        entity = xfl.resolve(spell["ticker"])["data"][spell["ticker"]]["entities"][0]
        assert (entity["ticker_valid_from"], entity["ticker_valid_to"]) == (str(spell["valid_from"]), None)


class TestSearch:
    def test_no_key_is_needed_and_markup_in_names_arrives_as_it_is(self, xfl, monkeypatch):
        monkeypatch.setattr("xfinlink.client._API_KEY", None)
        names = xfl.search(q="<B>")["entity_name"]
        assert len(names) > 0
        assert names.str.startswith("<b>").all()

    def test_only_lines_with_a_ticker_of_today_are_found(self, xfl, standin, universe):
        standin.configure(today="2010-06-30")
        first = xfl.search(limit=500)
        held = universe.spells.filter(
            (pl.col("valid_from") <= dt.date(2010, 6, 30))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= dt.date(2010, 6, 30)))
        )
        assert set(first["entity_id"]) <= set(held["entity_id"])
        assert set(first["country"]) == {"US"}


class TestFundamentals:
    def test_every_value_survives_the_change_of_units(self, xfl, sample, universe, source_ids):
        from tests.standin.fields import MILLION, STATEMENT_ITEMS

        ids = members_with_statements(universe, 20)
        served = xfl.fundamentals(
            entity_id=ids, start="2000-01-01", end="2026-06-30", period_type="annual", version="all"
        )
        keys = ["entity_id", "period_end", "version", "filing_date"]
        received = pl.from_pandas(served).with_columns(pl.col("period_end", "filing_date").cast(pl.Date))
        issuers = universe.lines.select("entity_id", "source_entity_id", "issuer_id").filter(
            pl.col("entity_id") == pl.col("issuer_id")
        )
        expected = (
            sample["fundamentals"].join(issuers, on="source_entity_id").filter(pl.col("entity_id").is_in(ids))
        )
        both = received.join(expected, on=keys, how="inner", suffix="_ours", nulls_equal=True)
        assert both.height == received.height == expected.height > 200
        for theirs, ours in STATEMENT_ITEMS.items():
            one, other = both[theirs] * MILLION, both[f"{ours}_ours" if ours == theirs else ours]
            assert (one.is_null() == other.is_null()).all(), theirs
            assert ((one - other).abs() <= EXACT * other.abs()).drop_nulls().all(), theirs

    def test_each_version_is_one_row_per_period_and_all_has_them_all(self, xfl, universe):
        restated = universe.fundamentals.filter(pl.col("version") == "restated").row(0, named=True)
        asked = {
            "entity_id": restated["entity_id"],
            "start": "2000-01-01",
            "end": "2026-06-30",
            "period_type": "annual",
        }
        everything = xfl.fundamentals(**asked, version="all")
        first, newest = xfl.fundamentals(**asked, version="original"), xfl.fundamentals(**asked)
        assert not first["period_end"].duplicated().any()
        assert not newest["period_end"].duplicated().any()
        assert len(everything) > len(newest)
        assert "restated" in set(newest["version"])

    def test_what_is_filed_after_today_is_not_served(self, xfl, standin, universe):
        row = universe.fundamentals.filter(
            (pl.col("filing_date") > dt.date(2015, 1, 1)) & (pl.col("version") == "original")
        ).row(0, named=True)
        asked = {
            "entity_id": row["entity_id"],
            "start": str(row["period_end"]),
            "end": str(row["period_end"]),
            "version": "original",
            "period_type": "annual",
        }
        standin.configure(today=str(row["filing_date"] - dt.timedelta(days=1)))
        with pytest.warns(UserWarning, match="No data returned"):
            assert xfl.fundamentals(**asked).empty
        xfl.clear_cache()
        standin.configure(today=str(row["filing_date"]))
        assert len(xfl.fundamentals(**asked)) == 1

    def test_start_and_end_are_of_the_period_not_of_the_filing(self, xfl, universe):
        served = xfl.fundamentals(
            entity_id=members_with_statements(universe, 20), start="2020-01-01", end="2020-12-31"
        )
        assert served["period_end"].between("2020-01-01", "2020-12-31").all()
        assert (served["filing_date"].dropna() > "2020-12-31").any()

    def test_statements_belong_to_the_issuer_not_to_another_class(self, xfl, universe):
        issuer, second, ticker = two_class_company(universe)
        with pytest.warns(UserWarning, match="No data returned"):
            assert xfl.fundamentals(entity_id=second, start="2010-01-01", end="2026-06-30").empty
        by_ticker = xfl.fundamentals(ticker, start="2010-01-01", end="2026-06-30")
        assert set(by_ticker["entity_id"]) == {issuer}

    def test_fields_keep_the_structural_columns(self, xfl, universe):
        served = xfl.fundamentals(
            entity_id=members_with_statements(universe, 1),
            start="2015-01-01",
            end="2026-06-30",
            fields=["revenue"],
        )
        assert "revenue" in served
        assert "net_income" not in served
        assert {"entity_id", "period_end", "filing_date", "version", "source"} <= set(served)

    def test_names_that_no_public_text_shows_can_be_left_out(self, xfl, standin, universe):
        standin.configure(has_unseen_fields=False)
        served = xfl.fundamentals(
            entity_id=members_with_statements(universe, 1), start="2015-01-01", end="2026-06-30"
        )
        assert not {
            "accounts_receivable",
            "net_interest_expense",
            "period_days",
            "currency",
            "shares_outstanding_date",
        } & set(served)

    def test_an_unknown_ticker_among_others_is_silently_missing_and_alone_not_found(self, xfl, universe):
        (entity,) = members_with_statements(universe, 1)
        ticker = universe.spells.filter((pl.col("entity_id") == entity) & pl.col("valid_to").is_null())[
            "ticker"
        ].item()
        served = xfl.fundamentals([ticker, "ZZZZZZ"], start="2015-01-01", end="2026-06-30")
        assert set(served["entity_id"]) == {entity}
        with pytest.raises(xfl.XfinlinkError, match="Ticker 'ZZZZZZ' not found"):
            xfl.fundamentals("ZZZZZZ", start="2015-01-01", end="2026-06-30")
        with pytest.raises(xfl.XfinlinkError, match="entity_id '77' not found"):
            xfl.fundamentals(entity_id=77, start="2015-01-01", end="2026-06-30")


class TestMetrics:
    def test_pages_have_a_hundred_rows_and_the_cursor_leads_through_all(self, xfl, standin, universe):
        ids = members_with_statements(universe, 60)
        served = xfl.metrics(entity_id=ids, start="2015-01-01", end="2025-12-31")
        expected = universe.metrics.filter(
            pl.col("entity_id").is_in(ids) & pl.col("period_end").is_between(dt.date(2015, 1, 1), AS_OF)
        )
        assert len(served) == expected.height
        assert standin.counts()["/v1/metrics"] == -(-expected.height // 100)
        assert sum(entry["rows"] for entry in standin.requests("/v1/metrics")) == expected.height

    def test_market_values_are_in_millions_and_ratios_as_they_are(self, xfl, sample, universe):
        issuers = universe.lines.filter(pl.col("entity_id") == pl.col("issuer_id")).select(
            "source_entity_id", "entity_id"
        )
        ours = sample["vendor_metrics"].drop_nulls().join(issuers, on="source_entity_id").row(0, named=True)
        day = str(ours["period_end"])
        served = xfl.metrics(entity_id=ours["entity_id"], start=day, end=day).iloc[0]
        assert served["market_cap"] * 1e6 == pytest.approx(ours["market_cap_period_end_usd"], rel=EXACT)
        for name in ("roe", "fcf_margin", "debt_to_assets", "interest_coverage", "altman_z_score"):
            assert served[name] == ours[name]

    def test_a_category_stands_for_its_fields(self, xfl, universe):
        served = xfl.metrics(
            entity_id=members_with_statements(universe, 1),
            start="2015-01-01",
            end="2025-12-31",
            fields=["profitability"],
        )
        assert set(served) == {"entity_id", "ticker", "entity_name", "period_end", "roe", "fcf_margin"}

    def test_more_pages_than_the_plan_allows_are_refused(self, xfl, standin, universe):
        ids = members_with_statements(universe, 60)
        standin.configure(limits={"pages_per_call": 2})
        with pytest.raises(xfl.XfinlinkError, match="Maximum 2 pages per call"):
            xfl.metrics(entity_id=ids, start="2015-01-01", end="2025-12-31")


class TestPrices:
    def test_daily_returns_compound_to_the_month_and_its_last_session_closes_it(self, xfl, sample, universe):
        ids = members_with_statements(universe, 30)
        served = pl.from_pandas(xfl.prices(entity_id=ids, start="2020-01-01", end="2025-12-31")).with_columns(
            pl.col("date").cast(pl.Date)
        )
        monthly = (
            served.group_by("entity_id", month=pl.col("date").dt.month_start())
            .agg(
                pl.col("date", "close").sort_by("date").last(),
                pl.col("split_ratio").product(),
                log_return=pl.col("return_daily").log1p().sum(),
                is_unknown=pl.col("return_daily").is_null().any(),
            )
            .with_columns(total_return=pl.when(~pl.col("is_unknown")).then(pl.col("log_return")))
        )
        ours = (
            sample["prices"]
            .join(universe.lines.select("source_id", "entity_id"), on="source_id")
            .drop("source")
        )
        expected = ours.filter(
            pl.col("entity_id").is_in(ids) & pl.col("date").is_between(dt.date(2020, 1, 1), AS_OF)
        )
        both = monthly.join(expected, on=["entity_id", "date"], how="inner", suffix="_ours")
        assert both.height == monthly.height == expected.height > 1000
        assert (both["close"] == both["close_usd"]).all()
        assert (both["split_ratio"] == both["split_ratio_ours"]).all()
        assert (both["total_return"].is_null() == both["total_return_ours"].is_null()).all()
        known = both.drop_nulls("total_return_ours")
        np.testing.assert_allclose(np.expm1(known["total_return"]), known["total_return_ours"], rtol=EXACT)

    def test_the_adjusted_close_has_no_gap_at_a_split_and_the_close_has_one(self, xfl, universe):
        splits = universe.prices.filter(pl.col("split_ratio") == 2).filter(
            pl.col("date") > dt.date(2010, 1, 1)
        )
        split = splits.row(0, named=True)
        served = xfl.prices(
            entity_id=split["entity_id"], start=str(split["date"].replace(day=1)), end=str(split["date"])
        )
        before, after = served.iloc[0], served.iloc[1]
        assert after["close"] * 2 / before["close"] - 1 == pytest.approx(after["return_daily"], rel=EXACT)
        assert after["adj_close"] / before["adj_close"] - 1 == pytest.approx(after["return_daily"], rel=EXACT)

    def test_splits_after_today_adjust_nothing(self, xfl, standin, universe):
        split = universe.prices.filter(
            (pl.col("split_ratio") == 2) & (pl.col("date") > dt.date(2010, 1, 1))
        ).row(0, named=True)
        standin.configure(today=str(split["date"] - dt.timedelta(days=1)))
        served = xfl.prices(entity_id=split["entity_id"], start="2004-01-01").iloc[-1]
        assert served["adj_close"] == served["close"]

    def test_without_adjustment_the_column_is_absent_and_market_cap_must_be_asked_for(self, xfl, universe):
        asked = {
            "entity_id": members_with_statements(universe, 1),
            "start": "2025-01-01",
            "end": "2025-12-31",
        }
        plain = xfl.prices(**asked, adjust="none")
        assert not {"adj_close", "market_cap"} & set(plain)
        rich = xfl.prices(**asked, fields=["close", "shares_outstanding", "market_cap"])
        assert (rich["market_cap"] == rich["close"] * rich["shares_outstanding"]).all()

    def test_a_row_shows_the_symbol_that_was_carried_on_its_day(self, xfl, universe):
        listed = universe.spells.filter(pl.col("ticker") != "-")
        by_entity = listed.group_by("entity_id").agg("ticker", "valid_from").sort("entity_id")
        renamed = by_entity.filter(pl.col("ticker").list.len() == 2).row(0, named=True)
        change = str(max(renamed["valid_from"]))
        served = xfl.prices(entity_id=renamed["entity_id"], start="2004-01-01", end="2026-06-30")
        old, new = served[served["date"] < change], served[served["date"] >= change]
        assert [set(old["ticker"]), set(new["ticker"])] == [{renamed["ticker"][0]}, {renamed["ticker"][1]}]

    def test_a_total_loss_is_served_as_one(self):
        monthly = pl.DataFrame(
            {
                "entity_id": [1, 1],
                "date": [dt.date(2024, 1, 31), dt.date(2024, 2, 29)],
                "close_usd": [2.0, 0.0001],
                "split_ratio": [1.0, 1.0],
                "total_return": [None, -1.0],
            }
        )
        sessions = pl.Series(
            "session",
            [dt.date(2024, 1, 16), dt.date(2024, 1, 31), dt.date(2024, 2, 14), dt.date(2024, 2, 29)],
        )
        rows = daily_prices(monthly, sessions)
        assert rows["date"].to_list() == [dt.date(2024, 1, 31), dt.date(2024, 2, 14), dt.date(2024, 2, 29)]
        assert (1 + rows["return_daily"].drop_nulls()).product() == 0


class TestPlansAndKeys:
    def test_the_free_plan_takes_one_ticker_a_call(self, xfl, standin):
        standin.configure(plan="free")
        with pytest.raises(xfl.XfinlinkError, match="Maximum 1 tickers per request"):
            xfl.metrics(entity_id=[10000001, 10000002], start="2026-01-01", end="2026-06-30")

    def test_the_free_plan_serves_one_year_of_history(self, xfl, standin, universe):
        entity = members_with_statements(universe, 1)
        standin.configure(plan="free")
        served = xfl.prices(entity_id=entity, start="2004-01-01", end="2026-06-30")
        assert served["date"].min().date() >= standin.service.settings.today - dt.timedelta(days=365)

    def test_the_free_plan_allows_a_hundred_requests_a_day_and_forty_an_hour(self, xfl, standin):
        standin.configure(plan="free")
        usage = xfl.usage()["data"]
        assert (usage["requests_day"]["limit"], usage["requests_hour"]["limit"]) == (100, 40)

    def test_the_hour_ends_before_the_day_does_and_the_wait_is_said(self, xfl, standin):
        standin.configure(limits={"requests_per_hour": 2}, advance_seconds=600)
        xfl.index(INDEX)
        xfl.index(INDEX, offset=1)
        with pytest.raises(
            xfl.XfinlinkError, match=r"Rate limit reached \(rate_limit_exceeded\). Fix: wait 3000s"
        ):
            xfl.index(INDEX, offset=2)
        standin.configure(advance_seconds=3000)
        assert len(xfl.index(INDEX, offset=2)) > 0

    def test_the_day_ends_at_midnight(self, xfl, standin):
        standin.configure(limits={"requests_per_day": 2})
        xfl.index(INDEX)
        xfl.index(INDEX, offset=1)
        with pytest.raises(xfl.XfinlinkError, match="wait 43200s"):
            xfl.index(INDEX, offset=2)
        assert xfl.usage()["data"]["requests_day"] == {"used": 2, "limit": 2}
        standin.configure(advance_seconds=43200)
        assert len(xfl.index(INDEX, offset=2)) > 0

    def test_rows_are_counted_too(self, xfl, standin):
        standin.configure(limits={"rows_per_hour": 50})
        xfl.index(INDEX)
        with pytest.raises(xfl.XfinlinkError, match="Rate limit reached"):
            xfl.index(INDEX, offset=1)

    def test_metering_by_ticker_spends_one_request_for_each(self, xfl, standin, universe):
        ids = members_with_statements(universe, 5)
        standin.configure(metering="ticker")
        xfl.metrics(entity_id=ids, start="2025-01-01", end="2025-12-31")
        assert xfl.usage()["data"]["requests_day"]["used"] == 5

    def test_a_wrong_key_is_refused_with_the_reason(self, xfl, monkeypatch):
        monkeypatch.setattr("xfinlink.client._API_KEY", "xfl_" + "1" * 32)
        with pytest.raises(xfl.XfinlinkError, match="The API key sent is not recognised"):
            xfl.usage()
        monkeypatch.setattr("xfinlink.client._API_KEY", "xfl_short")
        with pytest.raises(xfl.XfinlinkError, match="not a complete xfinlink key"):
            xfl.index(INDEX)

    def test_without_a_key_the_client_asks_nothing(self, xfl, standin, monkeypatch):
        monkeypatch.setattr("xfinlink.client._API_KEY", None)
        with pytest.raises(xfl.XfinlinkError, match="No API key set"):
            xfl.index(INDEX)
        assert standin.counts() == {}

    def test_a_newer_client_is_recommended_once(self, xfl, standin, monkeypatch):
        monkeypatch.setattr("xfinlink.client._CLIENT_UPDATE_WARNED", False)
        standin.configure(newer_client="0.14.0")
        with pytest.warns(UserWarning, match=r"A newer Python client is available \(0\.14\.0\)") as told:
            pages = [xfl.index(INDEX, offset=number) for number in range(2)]
        assert (len(pages), len(told)) == (2, 1)

    def test_status_and_usage_cost_nothing(self, xfl):
        assert xfl.status()["status"] == "ok"
        assert xfl.usage()["data"]["requests_day"]["used"] == 0
