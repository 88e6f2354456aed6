"""marts.study_regression: the regression of the published book beside ours."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.published import study
from smallcap.rules.types.published_figures import PublishedFigure


@table_asset("marts.study_regression")
def study_regression(
    factor_regressions: pl.DataFrame,
    book_lines: pl.DataFrame,
    published_figures: tuple[PublishedFigure, ...],
) -> pl.DataFrame:
    """Put the published loadings, alpha, R2 and F beside those of the newest vintage of the factors."""
    return study.study_regression(published_figures, factor_regressions, book_lines)
