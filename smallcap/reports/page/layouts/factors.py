"""The tables of factor validation: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.tables import Column, Layout

LOADINGS = Layout(
    "Loadings of the books, five factors",
    (
        Column("book", "Book", "words"),
        Column("covariance", "Errors"),
        Column("term", "Term"),
        Column("estimate", "Estimate", "number3"),
        Column("std_error", "Std error", "number3"),
        Column("t_stat", "t", "number"),
        Column("p_value", "p", "number3"),
        Column("ci_low", "95% from", "number3"),
        Column("ci_high", "to", "number3"),
        Column("alpha_annual", "A year", "percent"),
        Column("n_obs", "Months", "integer"),
        Column("r_squared", "R²", "number"),
    ),
    note=(
        "Alpha is a monthly return. OLS: classical standard errors. HAC: Newey-West. The CSV holds the "
        "models FF3 and FF5+MOM too."
    ),
)
VERDICTS = Layout(
    "Does each book have the tilts that it claims?",
    (
        Column("book", "Book", "words"),
        Column("tilt", "Tilt"),
        Column("verdict", "Verdict", "verdict"),
        Column("explanation", "In words", "long"),
        Column("estimate", "Loading", "number"),
        Column("t_stat", "t", "number"),
        Column("smallest_detectable", "Detectable from", "number"),
        Column("n_obs", "Months", "integer"),
    ),
    note="All months, classical errors; the CSV has the trailing 60 months and Newey-West errors too. "
    "Absent is not zero: a loading below what was detectable may be there.",
)
VINTAGES = Layout(
    "The same returns under each stored vintage of the factors, five factors",
    (
        Column("book", "Book", "words"),
        Column("term", "Term"),
        Column("vintage", "Vintage"),
        Column("estimate_common", "Common months", "number3"),
        Column("difference_from_latest", "Less the latest", "number3"),
        Column("n_obs_common", "Months", "integer"),
        Column("estimate_own", "Own months", "number3"),
        Column("window_effect", "Effect of the window", "number3"),
        Column("months_changed", "Months rewritten", "integer"),
    ),
)
HINDSIGHT = Layout(
    "What choosing with hindsight was worth",
    (
        Column("book", "Book", "words"),
        Column("part", "Part", "words"),
        Column("item", "Item", "words"),
        Column("estimate", "Estimate", "number3"),
        Column("t_stat", "t", "number"),
        Column("ci_low", "95% from", "number3"),
        Column("ci_high", "to", "number3"),
        Column("n_obs", "Months", "integer"),
        Column("universe", "Drawn from", "words"),
        Column("status", "Status", "verdict"),
    ),
    note="Difference: the list less the book formed in advance, monthly. Random books: the list's "
    "yearly alpha among books drawn "
    "at random. Leave one out: its yearly alpha without that name.",
)
EVIDENCE = Layout(
    "What the alphas are worth",
    (
        Column("book", "Book", "words"),
        Column("treatment", "Returns", "words"),
        Column("alpha_annual", "Alpha a year", "percent"),
        Column("hac_ci_low", "HAC from", "percent"),
        Column("hac_ci_high", "to", "percent"),
        Column("block_months", "Block", "number1"),
        Column("ci_low", "Bootstrap from", "percent"),
        Column("ci_high", "to", "percent"),
        Column("ci_low_6_months", "6 months from", "percent"),
        Column("ci_high_6_months", "to", "percent"),
        Column("p_holm", "p, Holm", "number3"),
        Column("deflated_sharpe_most", "Deflated Sharpe", "number"),
        Column("most_trials", "Trials", "integer"),
        Column("random_books_at_least", "Random books as good", "percent"),
        Column("coverage", "Coverage", "words"),
    ),
    note="Five factors, all months. HAC: Newey-West. Bootstrap: stationary, in blocks of the optimal mean "
    "length (in months) and of 6 months; the CSV has 3 and 12 months and classical errors too. Holm: over "
    "the alphas of all books. Deflated Sharpe: the probability that the true ratio is above the best to "
    "expect of so many trials without skill; nobody stated how many lists were tried before a list was "
    "chosen. Survivors only: more than 2% of the weight of a month has no return.",
)
COMPARISONS = Layout(
    "Two books side by side",
    (
        Column("book", "Book", "words"),
        Column("other_book", "Other book", "words"),
        Column("term", "Term"),
        Column("estimate", "Loading", "number3"),
        Column("other_estimate", "Other's", "number3"),
        Column("difference", "Difference", "number3"),
        Column("difference_t_stat", "t", "number"),
        Column("mix_estimate", "Of a mix", "number3"),
        Column("correlation", "Correlation", "number"),
        Column("n_obs", "Months", "integer"),
    ),
    note="Newey-West errors; the CSV has classical ones too.",
)
