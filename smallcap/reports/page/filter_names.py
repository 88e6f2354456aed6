"""Names of the funnel's filters that a reader knows: what each asks, with the limits that were applied."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.formats import figure

TITLES = {
    1: ("Business", "no excluded line of business"),
    2: ("Shariah", "debt under {debt_to_market_cap} of market value"),
    3: ("Balance sheet", "debt/equity under {debt_to_equity}"),
    4: ("Income", "profitable every year, and growing"),
    5: ("Cash flow", "at most {years_without_free_cash_flow} year without FCF"),
    6: ("Value", "P/E to {pe}, P/B to {pb} or P/FCF to {p_fcf}"),
    7: ("Factors", "the book moves as small value does"),
}
"""Title of each filter, and what it asks; a limit that no row states leaves the title alone."""


def filter_names(path: pl.DataFrame) -> dict[int, str]:
    """Name the filters, with the limits in rows of `sheet_path`.

    Parameters
    ----------
    path
        The results of the filters; a limit is used where all its rows state the same.
    """
    limits = _limits(path)
    names = {}
    for number, (title, asked) in TITLES.items():
        try:
            names[number] = f"{number} {title}: {asked.format_map(limits)}"
        except KeyError:
            names[number] = f"{number} {title}"
    return names


def with_filter_names(frame: pl.DataFrame, names: dict[int, str]) -> pl.DataFrame:
    """Add the column `filter_told` to a frame with filter numbers."""
    if "filter_number" not in frame.columns:
        return frame
    told = pl.col("filter_number").replace_strict(names, default=None, return_dtype=pl.String)
    return frame.with_columns(filter_told=told)


def _limits(path: pl.DataFrame) -> dict[str, str]:
    if not path.height:
        return {}
    found = path.drop_nulls("threshold").group_by("measure").agg(pl.col("threshold").unique())
    return {
        measure: figure(limits[0], measure).replace(".0%", "%")
        for measure, limits in found.iter_rows()
        if len(limits) == 1
    }
