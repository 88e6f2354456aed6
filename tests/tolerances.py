"""Named tolerances of float comparisons: a test names the one it means, and each says where it comes from."""

from __future__ import annotations

EXACT = 1e-12
"""Relative: the same formula in another order of operations; a few units in the last place of a double."""

BY_HAND = 1e-6
"""Relative: values worked by hand in a test to seven significant digits."""

SLOPE = 1e-13
"""Absolute, of a margin per year: two ways to fit a line lose the same few units in the last place of margins
of about one.
"""

SLOPE_OF_LARGE_MARGINS = 1e-15
"""Relative, beside `SLOPE`: a few units in the last place of margins in the hundreds, which depend on the
processor's linear algebra.
"""

SCORE = 1e-12
"""Absolute, in standard deviations: two implementations of the quality score add the same numbers in another
order.
"""

CENT = 0.01
"""Absolute, USD: exchanges print closes in cents."""

ADJUSTED_CLOSE = 2e-5
"""Absolute, of a monthly return: adjusted closes have six decimals and returns eight."""

LIKE_THE_STUDY = 0.05
"""Absolute, of a share of members: the sample is calibrated to the published counts (176 and 129 of 300) to
five points.
"""

SUM_OF_ROUNDED = 0.002
"""Absolute: four numbers rounded to three decimals, added up."""

NEAR_A_CRUDE_COUNT = 10
"""Absolute, of companies: the files' README counts by ticker, before share classes and renamed tickers are
resolved.
"""

BENCHMARKED = 1e-9
"""Absolute, of a score: a benchmark compares equals.

Closer agreement of the score is asserted in the tests of parity.
"""

RECOMPUTED = 1e-10
"""Relative: a regression by the inverse of X'X loses more digits than one by orthogonal factors.

Both keep ten.
"""

BATCHED = 1e-8
"""Relative and absolute: what the methods demand of rolling loadings against one fit at a time."""

SUM_OF_PERCENTS = 1e-8
"""Absolute, in percentage points: some thousands of percentages printed with twelve decimals, added up."""

LOADING = 0.01
"""Absolute, of a loading or an R²: the figures of the real book are stated with two decimals."""

ALPHA_POINT = 0.001
"""Absolute, a year: the real book's alpha is stated to a tenth of a percentage point."""

F_STATISTIC = 0.1
"""Absolute: the real book's F is stated with one decimal."""

PUBLISHED_LOADING = 0.05
"""Absolute: the study had twelve names and the files here eleven, so that its loadings lie near and not on
ours.
"""

CHANGED_LOADING = 0.0005
"""Absolute, of a loading: effects of the real files' vintages, stated with three decimals."""

ESTIMATE = 1e-12
"""Absolute, of a loading or a return: the same least squares by another way, of returns of a few per cent a
month.
"""

SHARE_OF_DRAWN = 0.03
"""Absolute: a share of 16% among 1,000 random books has a standard error of 1.2 points.

Two and a half of them.
"""

SHARE_OF_MANY = 0.008
"""Absolute: a share of 16% among 10,000 random books has a standard error of 0.4 points, and the deviation of
eight draws of 1,000 one of 0.3 points."""

T_STATISTIC = 0.05
"""Absolute: the t of the real files' market is stated with one decimal."""
