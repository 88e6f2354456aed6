"""What a book's alpha over all published months is worth, in words."""

from __future__ import annotations

from collections.abc import Sequence

from smallcap.reports.regression_table import Row
from smallcap.reports.terminal import percent


def evidence_lines(rows: Sequence[Row]) -> list[str]:
    """Say what the alpha over all published months is worth, from rows of marts.book_evidence of one book.

    Parameters
    ----------
    rows
        One row per treatment; those that are not estimated say nothing.
    """
    known = {row["treatment"]: row for row in rows if row["status"] == "estimated"}
    if "all" not in known:
        return []
    own = known["all"]
    lines = [
        f"95% interval of 12 x alpha over all months: classical {_from_to(own, 'ols_ci')}, "
        f"Newey-West {_from_to(own, 'hac_ci')}",
        f"stationary bootstrap: {_from_to(own, 'ci')} in blocks of {own['block_months']:.1f} months "
        f"(the optimal length); "
        + ", ".join(f"{months} months: {_blocks_of(own, months)}" for months in (3, 6, 12)),
    ]
    if own["p_holm"] is not None:
        lines.append(
            f"Newey-West p of alpha over the family of this home (alphas: {own['family_size']}): "
            f"{own['p_holm']:.3f} by Holm, {own['p_benjamini_yekutieli']:.3f} by Benjamini and Yekutieli"
        )
    return lines + _trials(own) + [_treated(name, row) for name, row in known.items() if name != "all"]


def _trials(own: Row) -> list[str]:
    """Say what the Sharpe ratio is worth after several trials."""
    if own["deflated_sharpe_most"] is None:
        return []
    fewest = f"{own['deflated_sharpe_fewest']:.0%} with {own['fewest_trials']} {own['trials_basis']} trials"
    most = f"{own['deflated_sharpe_most']:.0%} with {own['most_trials']}"
    numbers = fewest if own["fewest_trials"] == own["most_trials"] else f"{fewest}, {most}"
    return [f"deflated Sharpe ratio: {numbers}; its own trials: {own['own_trials']}"]


def _treated(name: str, row: Row) -> str:
    """Say what the alpha is under another treatment of doubtful returns."""
    drawn = row["random_books_at_least"]
    random_books = "" if drawn is None else f"; {drawn:.1%} of random books treated alike do as well"
    return (
        f"{name.replace('_', ' ')}: {percent(row['alpha_annual'])} a year, bootstrap {_from_to(row, 'ci')}"
        f"{random_books}"
    )


def _from_to(row: Row, prefix: str) -> str:
    return f"{percent(row[f'{prefix}_low'])} to {percent(row[f'{prefix}_high'])}"


def _blocks_of(row: Row, months: int) -> str:
    return f"{percent(row[f'ci_low_{months}_months'])} to {percent(row[f'ci_high_{months}_months'])}"
