"""marts.hindsight_gap: what a fixed list owes to being chosen after the fact."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import REASON, STATUS, count, date, key_text, number, text
from smallcap.tables.factor_regressions import VINTAGE


class HindsightGap(dy.Schema):
    """One row per fixed list, part and item: the value of choosing with hindsight."""

    book = key_text("name of the fixed list")
    part = key_text(
        "difference: the list less the point-in-time book, regressed with HAC errors; random_books: its "
        "alpha among those of random books; leave_one_out: the list's alpha without one name"
    )
    item = key_text(
        "a term; a statistic (alpha_annual, share_at_least, mean, std, p05, p50, p95, "
        "market_alpha_annual); or the ticker left out"
    )
    other_book = text("the point-in-time book of part difference")
    estimate = number("the figure; alpha_annual figures are 12 x alpha", "as item")
    std_error = number("its standard error, if it comes from a regression", "as item")
    t_stat = number("estimate over standard error", "ratio")
    p_value = number("two-sided p-value", "probability", min=0, max=1)
    ci_low = number("lower end of the 95% interval", "as item")
    ci_high = number("upper end of the 95% interval", "as item")
    n_obs = count("number of months", unit="months")
    drawn_books = count("random books", nullable=True, unit="books")
    drawn_from = count(
        (
            "names from which they were drawn: those of the universe with a return in the list's first "
            "month; on the market row, the whole universe"
        ),
        nullable=True,
        unit="lines",
    )
    universe = text(
        "for part random_books: members, at the beginning of the list's first month; or survivors_only, all "
        "names in the price source, if membership is unknown"
    )
    vintage = text(VINTAGE)
    first_month = date("first month")
    last_month = date("last month")
    status = text(STATUS, nullable=False)
    reason = text(REASON)
