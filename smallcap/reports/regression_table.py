"""A book's regression as a table for the terminal, in the layout of econometrics packages, with verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.terminal import percent

Row = Mapping[str, Any]
METHODS = {
    "OLS": "ordinary least squares, classical standard errors",
    "HAC": "ordinary least squares, Newey-West standard errors",
}
HINDSIGHT = (
    "The names were chosen after these months: the alpha describes the choice, it says nothing of skill."
)


def regression_sheet(
    label: str,
    book: Row,
    rows: Sequence[Row],
    verdicts: Sequence[Row],
    worth: Sequence[str],
    remarks: Sequence[str],
) -> RenderableType:
    """Lay out one regression.

    Parameters
    ----------
    label
        What the data are; shown first.
    book
        A row of core.books.
    rows
        Rows of marts.factor_regressions of one regression, alpha first.
    verdicts
        Rows of marts.book_validations that belong to it; none for a model or window that is not evaluated.
    worth
        What the alpha is worth, as `evidence_lines` says.
    remarks
        What a reader should know: holdings that stopped, thin months.
    """
    first = rows[0]
    title = Text(f"{book['book']}: {first['model']} regression of the monthly excess return", style="bold")
    parts: list[RenderableType] = [title, Text(label, style="dim"), Text(book["description"], style="dim")]
    if first["status"] != "estimated":
        return Group(*parts, Text(""), Text(f"insufficient: {first['reason']}", style="bold"))
    parts += [_facts(first), Text(""), _terms(rows), Text("")]
    alpha = next(row for row in rows if row["term"] == "alpha")
    parts.append(Text(f"alpha is a month's; 12 x alpha = {percent(alpha['alpha_annual'])} a year"))
    if not book["is_formed_in_advance"]:
        parts.append(Text(HINDSIGHT, style="yellow"))
    parts += [Text(f"{row['verdict'].replace('_', ' ')}: {row['explanation']}") for row in verdicts]
    parts += [Text(line) for line in worth]
    parts += [Text(remark, style="yellow") for remark in remarks]
    return Group(*parts)


def books_table(books: Sequence[Row]) -> FittedTable:
    """Lay out the books: kind, months, names, and what each is."""
    headings = ("book", "kind", "months", "names", "in advance", "description")
    rows = [
        [
            row["book"],
            row["kind"],
            row["months"],
            "" if row["names"] is None else str(row["names"]),
            "yes" if row["is_formed_in_advance"] else "no",
            row["description"],
        ]
        for row in books
    ]
    return FittedTable(
        [Column(heading, is_figure=heading in ("months", "names")) for heading in headings], rows
    )


def _facts(first: Row) -> FittedTable:
    """Lay out what concerns the regression as a whole, in two columns; in one where two do not fit."""
    lags = (
        ""
        if first["hac_lags"] is None
        else f", Bartlett kernel, {first['hac_lags']} lags, small-sample correction"
    )
    left = [
        ("Dep. variable", "return less the risk-free rate"),
        ("Model", first["model"]),
        ("Covariance", f"{first['covariance']}{lags}"),
        ("Months", f"{first['first_month']:%Y-%m} to {first['last_month']:%Y-%m}"),
        ("Observations", str(first["n_obs"])),
        ("Factor vintage", first["vintage"]),
    ]
    right = _statistics(first)
    pair = [Column(style="dim"), Column()]
    one_below_the_other = FittedTable(pair, [*left, *right])
    return FittedTable(
        pair * 2,
        [[*one, *other] for one, other in zip(left, right, strict=True)],
        instead=one_below_the_other,
    )


def _statistics(first: Row) -> list[tuple[str, str]]:
    return [
        ("R-squared", f"{first['r_squared']:.3f}"),
        ("Adj. R-squared", f"{first['adj_r_squared']:.3f}"),
        ("F-statistic", f"{first['f_stat']:.2f}"),
        ("Prob (F)", f"{first['f_p_value']:.3g}"),
        ("Residual std", f"{first['residual_std']:.4f}"),
        ("Durbin-Watson", f"{first['durbin_watson']:.3f}"),
    ]


def _terms(terms: Sequence[Row]) -> FittedTable:
    headings = ("", "coef", "std err", "t", "P>|t|", "[0.025", "0.975]")
    rows = [
        [
            row["term"],
            *(f"{row[name]:.4f}" for name in ("estimate", "std_error")),
            f"{row['t_stat']:.2f}",
            f"{row['p_value']:.3f}",
            *(f"{row[name]:.4f}" for name in ("ci_low", "ci_high")),
        ]
        for row in terms
    ]
    return FittedTable([Column(heading, is_figure=bool(heading)) for heading in headings], rows)
