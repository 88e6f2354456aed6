"""The asset checks, all blocking: contracts, rows that must not exist (sql/checks), row counts, coverage."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg
import polars as pl

from smallcap.assets.table_asset import asset_key
from smallcap.engine.context import Run
from smallcap.engine.lineage import READS
from smallcap.engine.making import PROGRESS
from smallcap.finance.funnel import ReconciliationRules, reconciliation_warnings
from smallcap.lake.digests import digest_rows
from smallcap.lake.stamps import UNPARTITIONED, YearStamp
from smallcap.package_files import SQL_DIR
from smallcap.pipelines.findings import Check, Finding, TableCheck
from smallcap.pipelines.input_checks import INPUT_CHECKS
from smallcap.stopping import stop_if_requested
from smallcap.tables import TABLES, Table
from smallcap.warehouse.row_checks import EXAMPLES, RowCheck, offending_rows, read_row_checks

WARN_CHANGE = 0.10
FAIL_CHANGE = 0.50
ROWS_READ_AT_ONCE = 100_000
NOT_MADE = "nothing was made of it: what an earlier run audited is unchanged"
MEMBERS_ONLY = (
    "members only: the source has no fundamentals, so no member has an annual record and none is scored"
)
COUNTED_TABLES = ("core.members", "marts.quality_scores")
DELIVERED_TABLES = ("raw.fundamentals", "raw.quarterly_fundamentals", "raw.prices")
"""Tables that a source may do without, and that a home which has rows of them does not lose."""


def all_checks(sql_dir: Path = SQL_DIR / "checks") -> list[dg.AssetChecksDefinition]:
    """Make every asset check of the project: one step per table, which evaluates each check of the table."""
    by_table: dict[str, list[TableCheck]] = {}
    for found in (*_of_tables(sql_dir), *INPUT_CHECKS, *_of_marts()):
        by_table.setdefault(found.table, []).append(found)
    return [checks_of(name, checks) for name, checks in by_table.items()]


def _of_tables(sql_dir: Path) -> Iterator[TableCheck]:
    """Name the checks of tables, most of which several share."""
    stored = "What is stored is what its contract passed before the commit."
    counted = "Rows per as_of against the as_of before: warns at 10%, fails at 50%."
    delivered = "Where the home has rows, a delivery without any is refused."
    yield from (TableCheck(name, "contract", _contract(name), stored) for name in TABLES if name in READS)
    for rule in read_row_checks(sql_dir):
        yield TableCheck(rule.table, rule.name, _rows_that_must_not_exist(rule), rule.question)
    yield from (TableCheck(name, "row_counts", _row_counts(name), counted) for name in COUNTED_TABLES)
    yield from (
        TableCheck(name, "still_delivered", _still_delivered(name), delivered) for name in DELIVERED_TABLES
    )


def _of_marts() -> Iterator[TableCheck]:
    """Name the checks of a single table each."""
    compared = "A vendor's ratios against ours."
    covered = "Members with an annual record are not fewer than the setting min_coverage."
    yield TableCheck("marts.metric_differences", "reconciliation", _reconciliation, compared)
    yield TableCheck("marts.coverage", "coverage", _coverage, covered)


def checks_of(name: str, checks: Sequence[TableCheck]) -> dg.AssetChecksDefinition:
    """Make the step that evaluates the checks of a table.

    Dagster stores half a dozen events per step, so a step for each check would take longer than most checks.

    Parameters
    ----------
    name
        The table.
    checks
        Its checks, each with its own result; they can be selected alone.
    """
    key = asset_key(name)
    specs = [
        dg.AssetCheckSpec(found.name, asset=key, description=found.description, blocking=True)
        for found in checks
    ]

    @dg.multi_asset_check(name=f"{key.to_python_identifier()}_checks", specs=specs, can_subset=True)
    def evaluate(
        context: dg.AssetCheckExecutionContext, smallcap_run: dg.ResourceParam[Run]
    ) -> Iterator[dg.AssetCheckResult]:
        """Evaluate each check, record its outcome, and report it to Dagster."""
        for found in checks:
            if dg.AssetCheckKey(key, found.name) in context.selected_asset_check_keys:
                stop_if_requested()
                yield _evaluated(found, smallcap_run)

    return evaluate


def _evaluated(check: TableCheck, run: Run) -> dg.AssetCheckResult:
    key = asset_key(check.table)
    if not run.years.is_made(check.table):
        return dg.AssetCheckResult(asset_key=key, check_name=check.name, passed=True, description=NOT_MADE)
    started = time.monotonic()
    found = check.find(run)
    run.log.note_check(check.table, check.name, found.status, found.message, run.years.of(check.table))
    PROGRESS.info("%s", check.table, extra={"phase": "checked", "seconds": time.monotonic() - started})
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=found.status == "passed",
        severity=dg.AssetCheckSeverity.WARN if found.status == "warned" else dg.AssetCheckSeverity.ERROR,
        description=found.message,
        metadata={**found.counts, **({"examples": _as_table(found.examples)} if found.examples else {})},
    )


def _as_table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Show rows as a table; Dagster's cells hold no dates, so all are text."""
    columns = [dg.TableColumn(name=column) for column in rows[0]]
    records = [dg.TableRecord({column: str(value) for column, value in row.items()}) for row in rows]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


def _contract(name: str) -> Check:
    """Read back what is stored: its digest must be the one stamped when the contract was checked."""

    def check(run: Run) -> Finding:
        """Compare the stored rows with their stamp."""
        lake, found = run.home.lake, TABLES[name]
        stamp = lake.stamp(name)
        years = run.years.of(name) or [UNPARTITIONED]
        damaged, rows = [], 0
        for block in _blocks(years, {year: stamp.years[year].rows for year in years}):
            frame = lake.read(name, block) if found.is_partitioned else lake.read(name)
            rows += frame.height
            damaged += [year for year in block if not _is_as_stamped(found, frame, year, stamp.years[year])]
        counts = {"rows": rows, "damaged_years": len(damaged)}
        if damaged:
            return Finding(
                "failed", f"{name}: stored rows of {damaged} are not those that the contract passed", counts
            )
        message = (
            f"{rows} rows keep {len(found.columns)} columns' types, ranges and the key "
            f"({', '.join(found.key)})"
        )
        return Finding("passed", message, counts)

    return check


def _is_as_stamped(found: Table, frame: pl.DataFrame, year: int, stamp: YearStamp) -> bool:
    if not found.is_partitioned:
        return frame.height == stamp.rows
    part = frame.filter(pl.col("year") == year)
    return part.height == stamp.rows and digest_rows(found, part) == stamp.content


def _blocks(years: Sequence[int], rows: Mapping[int, int]) -> Iterator[list[int]]:
    """Group years that are read together, so that a table of twenty years is never in memory as one."""
    block: list[int] = []
    for year in years:
        if block and sum(rows[other] for other in block) + rows[year] > ROWS_READ_AT_ONCE:
            yield block
            block = []
        block.append(year)
    if block:
        yield block


def _rows_that_must_not_exist(rule: RowCheck) -> Check:
    def check(run: Run) -> Finding:
        """Count the rows that must not exist."""
        years = run.years.of(rule.table)
        count, examples = offending_rows(rule, run.home.lake.files, years)
        counts = {"offending_rows": count}
        if count:
            return Finding("failed", f"{count} rows: {rule.question}; first {examples[0]}", counts, examples)
        return Finding("passed", f"no row: {rule.question}", counts)

    return check


def _row_counts(name: str) -> Check:
    def check(run: Run) -> Finding:
        """Compare each cross-section's number of rows with that of the date before."""
        counts = _counts_beside_before(run, name)
        if counts.is_empty():
            return Finding("passed", "no as_of before to compare with", {"compared": 0})
        largest = counts.sort(pl.col("change").abs(), "as_of", descending=[True, False])
        as_of, rows, before, change = largest.select("as_of", "len", "before", "change").row(0)
        message = f"largest change: {rows} rows on {as_of} after {before} ({change:+.1%})"
        status = (
            "failed" if abs(change) > FAIL_CHANGE else "warned" if abs(change) > WARN_CHANGE else "passed"
        )
        beyond = largest.filter(pl.col("change").abs() > WARN_CHANGE)
        numbers = {"compared": counts.height, "beyond_10_percent": beyond.height}
        return Finding(status, message, numbers, beyond.head(EXAMPLES).to_dicts())

    return check


def _counts_beside_before(run: Run, name: str) -> pl.DataFrame:
    """Count the rows of each cross-section that the run makes, with those of the date before."""
    years = run.years.of(name)
    # Each series of cross-sections is compared with itself: a basis that is not known yet has no rows to
    # lose.
    series = [column for column in TABLES[name].key if column not in ("as_of", "entity_id")]
    years_read = sorted({near for year in years for near in (year - 1, year)})
    before = pl.col("len").shift(1).over(series) if series else pl.col("len").shift(1)
    return (
        run.home.lake.read(name, years_read, ["as_of", *series])
        .group_by("as_of", *series)
        .len()
        .sort("as_of", *series)
        .with_columns(before=before)
        .filter(pl.col("before").is_not_null() & pl.col("as_of").dt.year().is_in(years))
        .with_columns(change=pl.col("len").cast(pl.Float64) / pl.col("before") - 1)
    )


def _still_delivered(name: str) -> Check:
    dataset = TABLES[name].short_name

    def check(run: Run) -> Finding:
        """Compare the rows delivered with those that the home had."""
        lake, years = run.home.lake, run.years.of(name)
        before = lake.stamp(name, run.home.version_before(name)).years
        rows = _rows_of(lake.stamp(name).years, years)
        # A source without the dataset would leave the years that are not made as they are, and nobody would
        # be told.
        had = _rows_of(before, before if dataset in run.source.absent else years)
        counts = {"rows_delivered": rows, "rows_before": had}
        if rows or not had:
            return Finding("passed", f"{rows} rows delivered; {had} were there before", counts)
        return Finding(
            "failed",
            f"source '{run.source.name}' delivered no row of {dataset}, of which this home has {had}; "
            f"restore the {dataset} that are missing, or name another --home for a screen without them",
            counts,
        )

    return check


def _rows_of(stamps: Mapping[int, YearStamp], years: Iterable[int]) -> int:
    return sum(stamps[year].rows for year in years if year in stamps)


def _reconciliation(run: Run) -> Finding:
    """Warn where a vendor's ready-made ratios and ours differ in the median or in too many rows."""
    rules: ReconciliationRules = run.rules["reconciliation_rules"]
    differences = run.home.lake.read("marts.metric_differences", run.years.of("marts.metric_differences"))
    warnings = reconciliation_warnings(differences, rules)
    messages = warnings.filter("is_warning")["message"].to_list()
    differing = differences.filter(pl.col("status") == "differs")
    compared = differences.filter(pl.col("status") == "agrees").height + differing.height
    counts = {"compared": compared, "differing": differing.height}
    if messages:
        return Finding("warned", "; ".join(messages), counts, differing.head(EXAMPLES).to_dicts())
    return Finding("passed", f"{compared} served ratios compared: {warnings.height} metrics agree", counts)


def _coverage(run: Run) -> Finding:
    if "fundamentals" in run.source.absent and not any(
        made.rows for made in run.home.lake.stamp("raw.fundamentals").years.values()
    ):
        return Finding("warned", MEMBERS_ONLY)
    covered = _covered_shares(run)
    if covered.is_empty():
        return Finding("passed", "no as_of with members in these years", {"as_ofs": 0})
    as_of, share = covered.select("as_of", "share").row(0)
    least = run.settings.min_coverage
    lacking = covered.filter(pl.col("share") < least)
    counts = {"as_ofs": covered.height, "least_coverage": share, "as_ofs_below": lacking.height}
    message = (
        f"least coverage: {share:.1%} of members have an annual record on {as_of}; the setting "
        f"min_coverage is {least:.1%}"
    )
    status = "failed" if lacking.height else "passed"
    return Finding(status, message, counts, lacking.head(EXAMPLES).to_dicts())


def _covered_shares(run: Run) -> pl.DataFrame:
    """Return the share of members with an annual record at each as_of, the least first."""
    columns = ["as_of", "has_membership", "members", "with_fundamentals"]
    return (
        run.home.lake.read("marts.coverage", run.years.of("marts.coverage"), columns)
        .filter(pl.col("has_membership") & (pl.col("members") > 0))
        .with_columns(share=pl.col("with_fundamentals") / pl.col("members"))
        .sort("share", "as_of")
    )
