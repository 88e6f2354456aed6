"""What the vendor's own client does with each fault of the stand-in, as it was measured."""

from __future__ import annotations

import json
import math

import httpx
import pytest

from tests.standin.faults import KINDS, SLOW
from tests.standin.fixture import members_with_statements, standin, universe, xfl
from tests.standin.spoiling import HOSTILE_NAME

__all__ = ["standin", "universe", "xfl"]

INDEX = "russell2000"
YEARS = {"start": "2015-01-01", "end": "2025-12-31"}


@pytest.fixture
def ids(universe):
    """Ten members that file statements."""
    return members_with_statements(universe, 10)


class TestRefusals:
    def test_429_is_not_tried_again_and_the_wait_is_in_the_text(self, xfl, standin, ids):
        standin.fault("/v1/metrics*", "rate_limited", retry_after_seconds=17)
        with pytest.raises(
            xfl.XfinlinkError, match=r"Rate limit reached \(rate_limit_exceeded\). Fix: wait 17s"
        ):
            xfl.metrics(entity_id=ids, **YEARS)
        assert standin.counts() == {"/v1/metrics": 1}

    def test_500_is_not_tried_again(self, xfl, standin, ids):
        standin.fault("/v1/fundamentals*", "server_error")
        with pytest.raises(xfl.XfinlinkError, match=r"Server error \(500\)"):
            xfl.fundamentals(entity_id=ids, **YEARS)
        assert standin.counts() == {"/v1/fundamentals": 1}

    def test_503_once_is_tried_again_and_whole(self, xfl, standin, ids):
        standin.fault("/v1/fundamentals*", "unavailable")
        assert len(xfl.fundamentals(entity_id=ids, **YEARS)) > 0
        assert standin.counts() == {"/v1/fundamentals": 2}

    def test_503_for_ever_ends_after_three_attempts_and_is_over_when_it_is_lifted(self, xfl, standin, ids):
        standin.fault("/v1/fundamentals*", "unavailable", count=None)
        with pytest.raises(xfl.XfinlinkError, match=r"Server error \(503\)"):
            xfl.fundamentals(entity_id=ids, **YEARS)
        assert standin.counts() == {"/v1/fundamentals": 3}
        standin.lift()
        assert len(xfl.fundamentals(entity_id=ids, **YEARS)) > 0

    def test_401_shows_the_reason(self, xfl, standin):
        standin.fault("/v1/auth/usage", "wrong_key")
        with pytest.raises(xfl.XfinlinkError, match="xfinlink: The API key sent is not recognised"):
            xfl.usage()

    def test_an_unknown_index_is_a_400(self, xfl, standin):
        standin.fault("/v1/index/*", "unknown_index")
        with pytest.raises(xfl.XfinlinkError, match=r"API error \(400\): Unknown index"):
            xfl.index(INDEX)

    def test_a_404_names_the_last_part_of_the_path_as_a_ticker(self, xfl, standin):
        standin.fault("/v1/index/*", "not_found")
        with pytest.raises(xfl.XfinlinkError, match="Ticker 'russell2000' not found"):
            xfl.index(INDEX)


class TestTransport:
    def test_a_time_out_is_tried_three_times(self, xfl, standin, ids, monkeypatch):
        monkeypatch.setattr("xfinlink.client._TIMEOUT", 0.15)
        standin.fault("/v1/prices*", "timeout", count=None)
        with pytest.raises(xfl.XfinlinkError, match="Request timed out"):
            xfl.prices(entity_id=ids, **YEARS)
        assert standin.counts() == {"/v1/prices": 3}

    def test_a_reset_connection_escapes_as_it_is(self, xfl, standin, ids):
        standin.fault("/v1/prices*", "reset")
        with pytest.raises(httpx.ReadError):
            xfl.prices(entity_id=ids, **YEARS)

    def test_a_truncated_body_escapes_as_it_is(self, xfl, standin, ids):
        standin.fault("/v1/prices*", "truncated")
        with pytest.raises(httpx.RemoteProtocolError):
            xfl.prices(entity_id=ids, **YEARS)

    def test_a_page_of_html_is_no_json(self, xfl, standin):
        standin.fault("/v1/index/*", "html")
        with pytest.raises(json.JSONDecodeError):
            xfl.index(INDEX)


class TestBatches:
    def test_one_failing_batch_of_several_is_a_warning_and_rows_are_missing(self, xfl, standin, universe):
        tickers = universe.lists.filter(universe.lists["list_date"] == universe.lists["list_date"].max())[
            "ticker"
        ].to_list()
        tickers = [ticker for ticker in tickers if ticker.isalpha()][:150]
        standin.fault("/v1/fundamentals*", "server_error", contains=tickers[120])
        with pytest.warns(UserWarning, match=r"1 batch\(es\) failed: .*Partial results returned"):
            served = xfl.fundamentals(tickers, start="2024-01-01", end="2024-12-31")
        assert 0 < served["ticker"].nunique() <= 100
        assert standin.counts() == {"/v1/fundamentals": 2}

    def test_a_fault_can_let_requests_pass_first(self, xfl, standin, universe):
        standin.fault("/v1/metrics*", "server_error", skip=1)
        with pytest.raises(xfl.XfinlinkError, match=r"Server error \(500\)"):
            xfl.metrics(entity_id=members_with_statements(universe, 60), **YEARS)
        assert [entry["fault"] for entry in standin.requests()] == [None, "server_error"]


class TestBodies:
    def test_has_more_without_a_cursor_is_one_page_and_no_warning(self, xfl, standin, universe, recwarn):
        standin.fault("/v1/metrics*", "missing_cursor")
        served = xfl.metrics(entity_id=members_with_statements(universe, 60), **YEARS)
        assert len(served) == 100
        assert not recwarn.list

    def test_missing_tickers_are_missing_silently(self, xfl, standin, ids, recwarn):
        standin.fault("/v1/fundamentals*", "missing_tickers", entity_ids=[ids[3]])
        assert set(xfl.fundamentals(entity_id=ids, **YEARS)["entity_id"]) == set(ids) - {ids[3]}
        standin.fault("/v1/resolve/*", "missing_tickers", tickers=["AAA"])
        assert "AAA" not in xfl.resolve(["AAA", "BBB"])["data"]
        assert not recwarn.list

    def test_a_body_can_come_twice(self, xfl, standin, ids):
        once = xfl.fundamentals(entity_id=ids, **YEARS)
        xfl.clear_cache()
        standin.fault("/v1/fundamentals*", "duplicated_body")
        assert len(xfl.fundamentals(entity_id=ids, **YEARS)) == 2 * len(once)

    def test_ids_of_an_index_can_be_null(self, xfl, standin):
        standin.fault("/v1/index/*", "null_entity_ids", every=50)
        served = xfl.index(INDEX)
        assert served["entity_id"].isna().sum() == -(-len(served) // 50)

    def test_renumbered_ids_are_new_everywhere_and_the_old_ones_are_gone(self, xfl, standin, ids):
        before = xfl.index(INDEX)
        xfl.clear_cache()
        standin.fault("*", "renumbered_ids", offset=7_000_000)
        after = xfl.index(INDEX)
        assert (after["entity_id"] - before["entity_id"] == 7_000_000).all()
        assert after["ticker"].tolist() == before["ticker"].tolist()
        assert set(xfl.fundamentals(entity_id=[one + 7_000_000 for one in ids], **YEARS)["entity_id"]) == {
            one + 7_000_000 for one in ids
        }
        with pytest.raises(xfl.XfinlinkError, match="not found"):
            xfl.fundamentals(entity_id=ids, **YEARS)

    def test_a_column_can_be_missing_or_new(self, xfl, standin, ids):
        standin.fault("/v1/metrics*", "missing_column", column="roe", count=None)
        assert "roe" not in xfl.metrics(entity_id=ids, **YEARS)
        standin.lift()
        xfl.clear_cache()
        standin.fault("/v1/metrics*", "extra_column", count=None)
        assert (xfl.metrics(entity_id=ids, **YEARS)["surprise"] == 1).all()

    def test_a_price_row_without_its_ticker_is_a_key_error(self, xfl, standin, ids):
        standin.fault("/v1/prices*", "missing_column", column="ticker")
        with pytest.raises(KeyError, match="ticker"):
            xfl.prices(entity_id=ids, start="2025-01-01", end="2025-12-31")

    def test_a_number_can_be_text_and_nan_can_stand_in_json(self, xfl, standin, ids):
        standin.fault("/v1/fundamentals*", "text_number", column="revenue", value="12.5")
        assert "12.5" in xfl.fundamentals(entity_id=ids, **YEARS)["revenue"].tolist()
        xfl.clear_cache()
        standin.fault("/v1/fundamentals*", "nan", column="total_assets")
        assert any(map(math.isnan, xfl.fundamentals(entity_id=ids, **YEARS)["total_assets"]))
        assert (
            b"NaN"
            in httpx.get(
                f"{standin.url}/v1/fundamentals?entity_id={ids[0]}",
                headers={
                    "X-API-Key": standin.key,
                    "X-Standin-Fault": json.dumps({"kind": "nan", "parameters": {"column": "total_assets"}}),
                },
            ).content
        )

    def test_an_empty_answer_is_a_warning_for_data_and_silent_for_the_index(self, xfl, standin, ids, recwarn):
        standin.fault("*", "empty", count=None)
        assert xfl.index(INDEX).empty
        assert not recwarn.list
        with pytest.warns(UserWarning, match="No data returned"):
            assert xfl.metrics(entity_id=ids, **YEARS).columns.empty

    def test_hostile_names_arrive_as_they_are(self, xfl, standin):
        standin.fault("/v1/index/*", "hostile_names")
        assert set(xfl.index(INDEX)["entity_name"]) == {HOSTILE_NAME}

    def test_any_body_can_stand_in_the_place_of_the_true_one(self, xfl, standin):
        standin.fault("/v1/index/*", "replaced_body", text='{"meta": {}}', content_type="application/json")
        with pytest.raises(KeyError, match="data"):
            xfl.index(INDEX)

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_can_be_asked_for_by_a_header_and_leaves_the_next_request_alone(
        self, standin, ids, kind
    ):
        parameters = {"column": "revenue", "seconds": 0.01, "factor": 2.0, "to": "turnover"}
        if kind == "shifted_dates":
            parameters = {"column": "filing_date", "days": 3}
        if kind in (
            "rate_limited",
            "server_error",
            "unavailable",
            "wrong_key",
            "unknown_index",
            "not_found",
            "replaced_body",
        ):
            parameters = {}
        url, key = (
            f"{standin.url}/v1/fundamentals?entity_id={ids[0]}&start=2015-01-01",
            {"X-API-Key": standin.key},
        )
        plain = httpx.get(url, headers=key).content
        try:
            spoiled = httpx.get(
                url, headers={**key, "X-Standin-Fault": json.dumps({"kind": kind, "parameters": parameters})}
            ).content
        except httpx.TransportError:
            spoiled = b""
        assert (spoiled == plain) == (kind == SLOW)
        assert httpx.get(url, headers=key).content == plain
