"""A regression of a book as a table for the terminal, laid out as econometrics packages do, with the verdicts in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from smallcap.reports.terminal import percent

Row = Mapping[str, Any]
METHODS = {"OLS": "ordinary least squares, classical standard errors", "HAC": "ordinary least squares, Newey-West standard errors"}
HINDSIGHT = "The names were chosen after these months: the alpha describes the choice, it says nothing of skill."


def regression_sheet(label: str, book: Row, rows: Sequence[Row], verdicts: Sequence[Row], remarks: Sequence[str]) -> RenderableType:
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
        Rows of marts.book_validations that belong to it; none for a model or window that is not judged.
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
    parts += [Text(f"{row['verdict']}: {row['explanation']}") for row in verdicts]
    parts += [Text(remark, style="yellow") for remark in remarks]
    return Group(*parts)


def books_table(rows: Sequence[Row]) -> Table:
    """Lay out the books: kind, months, names, and what each is."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("book", "kind", "months", "names", "in advance", "description"):
        table.add_column(heading, justify="right" if heading in ("months", "names") else "left", overflow="fold")
    for row in rows:
        names = "" if row["names"] is None else str(row["names"])
        in_advance = "yes" if row["is_formed_in_advance"] else "no"
        table.add_row(*(escape(str(cell)) for cell in (row["book"], row["kind"], row["months"], names, in_advance, row["description"])))
    return table


def _facts(first: Row) -> Table:
    """Lay out what concerns the whole regression, in two columns."""
    lags = "" if first["hac_lags"] is None else f", Bartlett kernel, {first['hac_lags']} lags, small-sample correction"
    left = [
        ("Dep. variable", "return less the risk-free rate"),
        ("Model", first["model"]),
        ("Covariance", f"{first['covariance']}{lags}"),
        ("Months", f"{first['first_month']:%Y-%m} to {first['last_month']:%Y-%m}"),
        ("Observations", str(first["n_obs"])),
        ("Factor vintage", first["vintage"]),
    ]
    right = [
        ("R-squared", f"{first['r_squared']:.3f}"),
        ("Adj. R-squared", f"{first['adj_r_squared']:.3f}"),
        ("F-statistic", f"{first['f_stat']:.2f}"),
        ("Prob (F)", f"{first['f_p_value']:.3g}"),
        ("Residual std", f"{first['residual_std']:.4f}"),
        ("Durbin-Watson", f"{first['durbin_watson']:.3f}"),
    ]
    table = Table(box=None, pad_edge=False, show_header=False)
    for style in ("dim", None, "dim", None):
        table.add_column(style=style)
    for one, other in zip(left, right, strict=True):
        table.add_row(*one, *other)
    return table


def _terms(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "coef", "std err", "t", "P>|t|", "[0.025", "0.975]"):
        table.add_column(escape(heading), justify="right" if heading else "left")
    for row in rows:
        figures = (row[name] for name in ("estimate", "std_error"))
        ends = (row[name] for name in ("ci_low", "ci_high"))
        table.add_row(
            row["term"],
            *(f"{figure:.4f}" for figure in figures),
            f"{row['t_stat']:.2f}",
            f"{row['p_value']:.3f}",
            *(f"{end:.4f}" for end in ends),
        )
    return table
