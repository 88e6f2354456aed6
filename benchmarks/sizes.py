"""How much each benchmark does: as published, or as little as shows that it works.

The environment variable BENCHMARK_SIZE=small chooses the latter, and `tenth` less of the section `size`
alone; child processes inherit it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sizes:
    """One set of sizes.

    Attributes
    ----------
    runs
        Repeats of what takes less than a second.
    backfills
        Repeats of the backfill.
    first_year, short_history_first_year, last_year
        The long and the short history.
    names
        Companies of the rolling regressions.
    questions
        Repeats of a question to the warehouse.
    whole_runs
        Repeats of a run of one year.
    pairs
        Repeats of a second run.
    listed, companies
        Companies of the stand-in's universe, and those whose statements are requested.
    few_batches, many_batches
        Batches of companies whose memory is compared.
    sample_companies
        Companies of the sample universe; None for its default.
    few_companies, many_companies, size_first_year
        Universes whose cost is compared, ten times as many in one as in the other, and the first of their
        years.
    few_years, many_years
        Histories whose cost is compared, three times as many years in one as in the other.
    """

    runs: int
    backfills: int
    first_year: int
    short_history_first_year: int
    last_year: int
    names: int
    questions: int
    whole_runs: int
    pairs: int
    listed: int
    companies: int
    few_batches: int
    many_batches: int
    sample_companies: int | None
    few_companies: int
    many_companies: int
    size_first_year: int
    few_years: int
    many_years: int


FULL = Sizes(
    runs=7,
    backfills=5,
    first_year=2006,
    short_history_first_year=2016,
    last_year=2025,
    names=2_000,
    questions=31,
    whole_runs=5,
    pairs=7,
    listed=2_600,
    companies=2_000,
    few_batches=5,
    many_batches=20,
    sample_companies=None,
    few_companies=2_600,
    many_companies=26_000,
    size_first_year=2006,
    few_years=7,
    many_years=21,
)
SMALL = Sizes(
    runs=1,
    backfills=1,
    first_year=2024,
    short_history_first_year=2025,
    last_year=2025,
    names=40,
    questions=3,
    whole_runs=1,
    pairs=1,
    listed=250,
    companies=100,
    few_batches=1,
    many_batches=2,
    sample_companies=250,
    few_companies=60,
    many_companies=600,
    size_first_year=2025,
    few_years=1,
    many_years=3,
)
TENTH = replace(
    FULL, few_companies=260, many_companies=2_600, size_first_year=2021, few_years=2, many_years=6
)
"""The section `size` in minutes; the others as published."""
SIZES = {"small": SMALL, "tenth": TENTH}.get(os.environ.get("BENCHMARK_SIZE", ""), FULL)


def settings_of_the_sample() -> dict[str, str]:
    """Return the environment variables that make the sample universe as small as the chosen size."""
    companies = SIZES.sample_companies
    return {} if companies is None else {"SMALLCAP_SAMPLE_COMPANIES": str(companies)}
