"""Kinds of company and net creditors on the real files, which have nothing but sector names."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.real.conftest import MAY, REAL, RealHome

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")

NET_CREDITOR = "a.interest_coverage_reason = 'net_interest_income' AND a.total_debt_usd > 0"
BLANK_DEBT = "debt_blank_but_interest_paid"


def fresh(home: RealHome, columns: str, table: str, where: str) -> pd.DataFrame:
    """Query a table of members beside their fresh records (`a`) in May."""
    return home.rows(
        f"SELECT {columns} FROM core.members AS m JOIN core.metrics_as_of AS a USING (as_of, entity_id)"
        f" JOIN {table} AS t USING (as_of, entity_id)"
        f" WHERE as_of = DATE '{MAY}' AND a.period_end IS NOT NULL AND NOT a.is_stale AND {where}"
    )


def test_kinds_follow_from_sector_names(short_limit: RealHome) -> None:
    rows = short_limit.rows(
        "SELECT DISTINCT sector, company_kind, kind_basis, is_financial FROM core.members"
        f" WHERE as_of = DATE '{MAY}' AND sector IS NOT NULL"
    )
    assert set(rows["kind_basis"]) == {"sector"}
    named = rows.set_index("sector")["company_kind"]
    assert (named["Financials"], named["Real Estate"], named["Energy"]) == ("bank", "equity_reit", "other")
    assert (rows["is_financial"] == (rows["sector"] == "Financials")).all()


def test_filter_3_answers_for_every_reit_whose_debt_is_known(short_limit: RealHome) -> None:
    rows = fresh(
        short_limit,
        "t.stand_alone_status, a.debt_to_equity_reason, a.is_debt_partial",
        "core.filter_evaluations",
        "m.company_kind = 'equity_reit' AND t.filter_number = 3",
    )
    assert len(rows) == 71
    assert rows["stand_alone_status"].value_counts().to_dict() == {"fail": 59, "verify": 10, "pass": 2}
    unknown = rows[rows["stand_alone_status"] == "verify"]
    assert (unknown["is_debt_partial"] | (unknown["debt_to_equity_reason"] == BLANK_DEBT)).all()


def test_no_financial_is_asked_of_its_debt_and_cash(short_limit: RealHome) -> None:
    rows = short_limit.rows(
        "SELECT filter_number, stand_alone_status, rules_not_asked FROM core.filter_evaluations"
        f" JOIN core.members USING (as_of, entity_id) WHERE as_of = DATE '{MAY}' AND is_financial"
    )
    of_debt = rows[rows["filter_number"].isin([3, 5])]
    assert set(of_debt["stand_alone_status"]) == {"not_applicable"}
    not_asked = rows.drop_duplicates(["filter_number", "rules_not_asked"]).sort_values("filter_number")
    assert not_asked["rules_not_asked"].to_list() == [0, 1, 2, 4, 4, 0]


def test_net_creditors_are_covered_in_the_lens(short_limit: RealHome) -> None:
    where = f"{NET_CREDITOR} AND t.item = 'interest_coverage'"
    rows = fresh(short_limit, "t.verdict, m.company_kind", "marts.statement_lenses", where)
    assert rows["verdict"].value_counts().to_dict() == {"met": 110, "not_applicable": 3}
    assert set(rows.loc[rows["verdict"] != "met", "company_kind"]) == {"bank"}


def test_net_creditors_are_scored_by_the_method_that_is_aware_of_them(short_limit: RealHome) -> None:
    where = f"{NET_CREDITOR} AND NOT m.is_financial AND t.basis = 'point_in_time'"
    columns = "t.method, t.status, t.exclusion_reason, t.interest_coverage, a.ebit_usd"
    rows = fresh(short_limit, columns, "marts.quality_scores", where)
    aware, published = (rows[rows["method"] == name] for name in ("debt_free_aware", "published"))
    assert len(aware) == len(published) == 110
    assert (aware["interest_coverage"] == (aware["ebit_usd"] > 0) * 50.0).all()
    assert (aware["status"] == "scored").sum() == 72
    assert (published["status"] == "excluded").all()
    assert published["exclusion_reason"].str.contains("interest_coverage").all()
