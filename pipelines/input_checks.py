"""Checks of complete tables: signs, levels and the split basis of share counts."""

from __future__ import annotations

from collections.abc import Sequence

from smallcap.engine.context import Run
from smallcap.finance.metrics.footing_report import footing_finding
from smallcap.finance.metrics.plausibility import (
    BOUNDS_FILE,
    LEVEL_COLUMNS,
    Suspicion,
    level_suspicions,
    sign_columns,
    sign_suspicions,
)
from smallcap.pipelines.findings import Finding, TableCheck
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules


def signs(run: Run) -> Finding:
    """Stop or warn if an item that is an expense or an outflow is mostly negative, over all years."""
    rules: SanityRules = run.rules["sanity_rules"]
    fundamentals = run.home.lake.read("core.annual_fundamentals", columns=sign_columns(rules.plausibility))
    found = sign_suspicions(fundamentals, rules.plausibility)
    return _finding(found, f"signs of {fundamentals.height:,} annual records are plausible")


def levels(run: Run) -> Finding:
    """Stop or warn where the median over the members of a date shows a wrong unit."""
    rules: SanityRules = run.rules["sanity_rules"]
    metrics = run.home.lake.read(
        "core.metrics_as_of", run.years.of("core.metrics_as_of"), list(LEVEL_COLUMNS)
    )
    found = level_suspicions(metrics, rules.plausibility)
    return _finding(
        found,
        f"medians of {metrics['as_of'].n_unique()} dates are plausible: prices, money and share counts agree",
    )


def share_footing(run: Run) -> Finding:
    """Report the split basis of share counts on the newest date, and warn if counts were changed."""
    rules: MetricsRules = run.rules["metrics_rules"]
    covered = run.home.lake.read("marts.coverage", run.years.of("marts.coverage")).filter("has_membership")
    if covered.is_empty():
        return Finding("passed", "no as_of with members in these years", {"as_ofs": 0})
    row = covered.sort("as_of").row(-1, named=True)
    is_warning, told = footing_finding(row, rules.footing.min_votes)
    counts = {
        "inferred_share_counts": row["inferred_share_counts"],
        "doubtful_share_counts": row["doubtful_share_counts"],
        "share_counts_without_basis": row["share_counts_without_basis"],
    }
    return Finding("warned" if is_warning else "passed", told, counts)


INPUT_CHECKS: Sequence[TableCheck] = (
    TableCheck(
        "core.annual_fundamentals",
        "plausible_signs",
        signs,
        "Expenses and outflows are not mostly negative.",
    ),
    TableCheck(
        "core.metrics_as_of",
        "plausible_levels",
        levels,
        "Medians of price to book, debt to market value and the fund's share of companies are plausible.",
    ),
    TableCheck(
        "marts.coverage",
        "share_footing",
        share_footing,
        "The split basis of share counts is declared or found, and what it changed is named.",
    ),
)


def _finding(found: Sequence[Suspicion], if_none: str) -> Finding:
    if not found:
        return Finding("passed", if_none, {"suspicions": 0})
    bounds = ", ".join(suspicion.name for suspicion in found)
    told = "; ".join(suspicion.message for suspicion in found)
    return Finding(
        "failed" if any(suspicion.severity == "stop" for suspicion in found) else "warned",
        f"{told}. If the figures are right, change {bounds} in {BOUNDS_FILE}",
        {"suspicions": len(found)},
    )
