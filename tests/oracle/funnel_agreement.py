"""A home's published funnel compared with the independent pandas implementation, for every as_of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.command_line import published
from tests.oracle.funnel_pandas import funnel
from tests.oracle.metrics_pandas import annual_ratios, market_caps
from tests.oracle.quality_pandas import in_order
from tests.paths import PROJECT_ROOT
from tests.tolerances import EXACT, SLOPE, SLOPE_OF_LARGE_MARGINS

REFERENCE = PROJECT_ROOT / "data" / "reference"
KEY = ["as_of", "entity_id"]
FILTERS = range(1, 7)
STAND_ALONE = [f"stand_alone_{number}" for number in FILTERS]
EVALUATED = [f"evaluated_{number}" for number in FILTERS]
IN_ORDER = [f"status_{number}" for number in FILTERS]
ALWAYS_SHOWN = {
    "debt_to_market_cap": 2,
    "least_net_margin": 4,
    "net_income_growth_over_years": 4,
    "margin_slope": 4,
    "least_operating_margin": 4,
    "cash_conversion_over_years": 5,
}
"""Figures that stand on every row of their filter."""
SHOWN_WHERE_DECIDING = {
    "debt_to_equity": 3,
    "accruals_cash_flow": 5,
    "accruals_balance_sheet": 5,
    "pb": 6,
    "pe": 6,
    "p_fcf": 6,
}
"""Figures that stand on the rows of their filter which they decide."""
OF_RECORD = ["accruals_cash_flow", "accruals_balance_sheet"]
"""Figures that rarely decide, and are compared as core.metrics_as_of has them too."""
LIMITS = ["accruals_cash_flow", "accruals_balance_sheet", "pb", "pe", "p_fcf"]
"""Of these the limit is compared too: it is taken from the universe."""


def both_funnels(home: Path, stale_months: int, *, is_latest: bool = True) -> pd.DataFrame:
    """Join the published funnel (`_ours`) and the oracle's (`_theirs`), one row per as_of and member.

    There are the filters' own verdicts, as evaluated and as in the outcomes, those in strict order, the
    outcome and the figures behind them. A row that only one of the two has stays.

    Parameters
    ----------
    home
        A home with a published warehouse.
    stale_months
        The stale limit that the home was made with.
    is_latest
        Whether the home is on the latest footing.
    """
    ours, theirs = _published(home), _second_opinion(home, stale_months, is_latest)
    return ours.merge(
        theirs, on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator="found", validate="1:1"
    )


def _published(home: Path) -> pd.DataFrame:
    columns = {
        "stand_alone": "o.stand_alone_status",
        "evaluated": "e.stand_alone_status",
        "status": "o.status",
    }
    words = [
        _of_filter(number, column, f"{name}_{number}")
        for name, column in columns.items()
        for number in FILTERS
    ]
    figures = [_of_filter(number, f"e.{name}", name) for name, number in ALWAYS_SHOWN.items()]
    figures += [
        _of_filter(number, _if_deciding(name, "value"), name) for name, number in SHOWN_WHERE_DECIDING.items()
    ]
    figures += [
        _of_filter(SHOWN_WHERE_DECIDING[name], _if_deciding(name, "threshold"), f"{name}_limit")
        for name in LIMITS
    ]
    of_record = [f"any_value(a.{name}) AS {name}_of_record" for name in OF_RECORD]
    return published(
        home,
        "SELECT as_of, entity_id, any_value(o.outcome) AS outcome, "
        f"any_value(m.company_kind) AS company_kind, "
        f"{_of_filter(3, 'e.statement_footing', 'footing')}"
        f", {', '.join(words + figures + of_record)}"
        " FROM marts.funnel_outcomes AS o JOIN core.filter_evaluations AS e USING (as_of, "
        "entity_id, filter_number) JOIN core.members AS m USING (as_of, entity_id)"
        " JOIN core.metrics_as_of AS a USING (as_of, entity_id)"
        " GROUP BY as_of, entity_id",
    )


def _of_filter(number: int, value: str, name: str) -> str:
    """Take a value from the row of one filter, in SQL."""
    return f"max({value}) FILTER (filter_number = {number}) AS {name}"


def _if_deciding(name: str, column: str) -> str:
    return f"CASE WHEN e.measure = '{name}' THEN e.{column} END"


def _second_opinion(home: Path, stale_months: int, is_latest: bool) -> pd.DataFrame:
    members, statements = (
        published(home, f"SELECT * FROM core.{name}") for name in ("members", "annual_fundamentals")
    )
    prices = published(home, "SELECT * FROM raw.prices")
    caps = market_caps(members, in_order(annual_ratios(statements)), prices)
    trailing = published(home, 'SELECT *, source AS "table" FROM core.trailing_metrics')
    latest_caps = market_caps(members, in_order(trailing), prices)
    factors = published(
        home, "SELECT vintage, month, rf FROM raw.factors WHERE rf IS NOT NULL ORDER BY month, vintage, model"
    )
    words = ["ticker", "name", "sic", "gics", "sector"]
    asked = members[[*KEY, *words]].astype(dict.fromkeys(words, object))
    asked = asked.where(asked.notna(), None).astype({"as_of": "datetime64[us]"})
    names = dict(zip(FILTERS, STAND_ALONE, strict=True))
    latest = (trailing, latest_caps) if is_latest else ()
    theirs = funnel(asked, statements, caps, factors, REFERENCE, stale_months, *latest).rename(columns=names)
    is_after_a_fail = (
        theirs[STAND_ALONE].eq("fail").cummax(axis=1).shift(1, axis=1, fill_value=False).to_numpy()
    )
    theirs[IN_ORDER] = theirs[STAND_ALONE].mask(is_after_a_fail, "not_reached").to_numpy()
    theirs[EVALUATED] = theirs[STAND_ALONE].to_numpy()
    return theirs


def assert_funnels_agree(rows: pd.DataFrame) -> None:
    """Assert equal members, verdicts and outcomes, and figures equal to the last digits of a double."""
    differ = {"rows": rows["found"] != "both"}
    differ |= {
        name: rows[f"{name}_ours"] != rows[f"{name}_theirs"]
        for name in (*STAND_ALONE, *EVALUATED, *IN_ORDER, "outcome")
    }
    footings = [rows[f"footing_{whose}"].fillna("") for whose in ("ours", "theirs")]
    differ["footing"] = footings[0] != footings[1]
    kinds = [rows[f"company_kind_{whose}"].fillna("") for whose in ("ours", "theirs")]
    differ["company_kind"] = kinds[0] != kinds[1]
    is_judged = rows["is_judged"] == True  # noqa: E712 - null where only one side has the row
    for name in ALWAYS_SHOWN:
        differ[name] = is_judged & ~_close(rows, name)
    for name in SHOWN_WHERE_DECIDING:
        differ[name] = is_judged & rows[f"{name}_ours"].notna() & ~_close(rows, name)
    for name in OF_RECORD:
        differ[f"{name}_of_record"] = is_judged & ~_close(rows, name, f"{name}_of_record", f"{name}_theirs")
    for name in LIMITS:
        differ[f"{name}_limit"] = (
            is_judged & rows[f"{name}_limit_ours"].notna() & ~_close(rows, f"{name}_limit")
        )
    first = {
        name: rows.loc[where, KEY].head(3).to_dict("records") for name, where in differ.items() if where.any()
    }
    assert not first, f"the two differ in {', '.join(first)}, first in {first}"


def _close(rows: pd.DataFrame, name: str, *columns: str) -> np.ndarray:
    """Compare a figure's two columns, `<name>_ours` and `<name>_theirs` unless others are given."""
    pair = columns or (f"{name}_ours", f"{name}_theirs")
    ours, theirs = (rows[column].to_numpy(dtype=float) for column in pair)
    relative, absolute = (SLOPE_OF_LARGE_MARGINS, SLOPE) if name == "margin_slope" else (EXACT, EXACT)
    return np.isclose(ours, theirs, rtol=relative, atol=absolute, equal_nan=True)
