"""marts.treated_hindsight: the value of hindsight, with random books under the same treatment."""

from __future__ import annotations

import polars as pl

from smallcap.finance.books.hindsight import hindsight_gap
from smallcap.finance.frames import in_columns_of
from smallcap.finance.returns.treatments import ALL, MONTH, OF_RETURNS, known_lines, treated_returns
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.returns import TreatedHindsight

KEY = ["book", "treatment", "part", "item"]


def treated_hindsight(
    gap: pl.DataFrame,
    books: pl.DataFrame,
    book_lines: pl.DataFrame,
    treated: pl.DataFrame,
    returns: pl.DataFrame,
    doubts: pl.DataFrame,
    members: pl.DataFrame,
    raw_factors: pl.DataFrame,
    factor_rules: FactorRules,
    rules: ReturnRules,
) -> pl.DataFrame:
    """Measure the value of hindsight again under each other treatment of doubtful returns.

    A list's returns, those of the point-in-time book, of the market and of every random book all come from
    returns treated alike. The random books are the same under all treatments as long as the same lines have a
    return in the first month. The quantiles of a month are those of the lines that have been in a list of
    members by its end, and of the lines of books; without lists, of all lines.

    Parameters
    ----------
    gap
        Rows of marts.hindsight_gap: treatment `all`.
    books, book_lines, members
        Rows of core.books, core.book_lines and core.members.
    treated
        Rows of marts.treated_book_returns.
    returns, doubts
        Rows of core.monthly_returns and core.return_doubts, for all years.
    raw_factors
        Rows of raw.factors.
    factor_rules, rules
        The rules of the hindsight gap, and those of the treatments.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_hindsight, sorted by key.
    """
    listed = known_lines(returns, members, "as_of")
    own = returns.join(book_lines.filter("is_resolved"), on="security_id", how="semi").select(MONTH)
    counted = None if listed is None else pl.concat([listed, own])
    found = [gap.with_columns(treatment=pl.lit(ALL))]
    for treatment in OF_RETURNS:
        if treatment == ALL:
            continue
        rows = hindsight_gap(
            books,
            book_lines,
            treated.filter(pl.col("treatment") == treatment),
            treated_returns(returns, doubts, treatment, rules, counted),
            members,
            raw_factors,
            factor_rules,
        )
        found.append(rows.with_columns(treatment=pl.lit(treatment)))
    return in_columns_of(pl.concat(found, how="diagonal_relaxed"), TreatedHindsight).sort(KEY)
