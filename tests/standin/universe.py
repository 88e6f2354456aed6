"""What the stand-in serves, in the vendor's ids, names and units: made from the sample universe or from a
folder of files.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from tests.standin.daily import daily_prices
from tests.standin.fields import METRICS, MILLION, STATEMENT_ITEMS, UNSCALED_ITEMS
from tests.standin.names import line_traits, ticker_spells
from tests.standin.quarters import discrete_quarters

FIRST_DAY: Final = dt.date(1990, 1, 1)
INDEX: Final = "russell2000"
LAST_DAY: Final = dt.date(2100, 12, 31)
FACTOR_DATASETS: Final = {
    "FF5": "F-F_Research_Data_5_Factors_2x3",
    "FF3": "F-F_Research_Data_Factors",
    "MOM": "F-F_Momentum_Factor",
}
SAMPLE_COMPANIES: Final = 300
SAMPLE_SEED: Final = 2000


class Succession(NamedTuple):
    """A company with the numbers under which it filed before a day, and from the day on."""

    old_cik: int
    new_cik: int
    day: dt.date


@dataclass(frozen=True, eq=False)
class Universe:
    """Everything that is served; a day's view of it is cut from it request by request.

    Attributes
    ----------
    clock
        The last day whose facts there are.
    lines
        One row per line: entity_id, issuer_id, cik (null where the company files no statements), figi,
        entity_name, gics_sector, sic, gics, country, exchange_code, is_known (whether the vendor knows the
        line at all).
    spells
        entity_id, ticker (without separators), valid_from, valid_to (null while it lasts).
    lists
        The lists of members: list_date, entity_id, ticker (as spelled in the list), and the columns of a
        holdings row.
    fundamentals, quarters, metrics, prices
        In the vendor's names and units; `filed` is the first day on which a row is served.
    french
        Factor files by name, `DATASET_VINTAGE_CSV.zip`.
    succession
        A company whose registration at the SEC passed to a new number; None: no company's did.
    """

    clock: dt.date
    lines: pl.DataFrame
    spells: pl.DataFrame
    lists: pl.DataFrame
    fundamentals: pl.DataFrame
    quarters: pl.DataFrame
    metrics: pl.DataFrame
    prices: pl.DataFrame
    french: dict[str, bytes]
    succession: Succession | None = None

    def renumbered(self, by: int, count: int | None = None) -> Universe:
        """Return the same universe with the lowest so many entity ids moved; None: with all."""
        ids = self.lines["entity_id"].unique().sort()[:count].implode()
        columns = pl.col("^(entity|issuer)_id$")
        moved = {
            name: getattr(self, name).with_columns(
                pl.when(columns.is_in(ids)).then(columns + by).otherwise(columns)
            )
            for name in ("lines", "spells", "lists", "fundamentals", "quarters", "metrics", "prices")
        }
        return replace(self, **moved)


@lru_cache(maxsize=2)
def sample_universe(companies: int = SAMPLE_COMPANIES, seed: int = SAMPLE_SEED) -> Universe:
    """Serve the sample universe."""
    from smallcap.sources.sample import SampleSource
    from smallcap.sources.sample.generate import generate

    frames = generate(companies, seed)
    source = SampleSource(companies, seed)
    return _universe(frames, source.clock, source.french_files())


def folder_universe(folder: Path) -> Universe:
    """Serve a folder in the layout of the preset `files`."""
    from smallcap.rules.files import read_rules
    from smallcap.rules.types.holdings import HoldingsRules
    from smallcap.settings import load_settings
    from smallcap.sources.files.dates import load_date_limits
    from smallcap.sources.files.folder import find_inputs
    from smallcap.sources.files.source import FilesSource
    from smallcap.sources.identity.aliases import load_ticker_aliases

    reference = load_settings().reference_dir
    limits, rules = (
        load_date_limits(reference, LAST_DAY),
        read_rules(reference, "ishares.toml", HoldingsRules),
    )
    source = FilesSource(folder, rules=rules, aliases=load_ticker_aliases(reference), limits=limits)
    lists = source.constituents(INDEX, source.membership_dates(INDEX)).rows
    frames = {
        "constituents": lists,
        "securities": source.securities().rows,
        "fundamentals": source.fundamentals(FIRST_DAY, LAST_DAY).rows,
        "quarterly_fundamentals": source.quarterly_fundamentals(FIRST_DAY, LAST_DAY).rows,
        "vendor_metrics": source.vendor_metrics(FIRST_DAY, LAST_DAY).rows,
        "prices": source.prices(FIRST_DAY, LAST_DAY).rows,
    }
    factors = dict(
        _factor_zip(found.payload, found.name)
        for found in find_inputs(folder).files
        if found.dataset == "factors"
    )
    return _universe(frames, source.clock, factors)


def _factor_zip(payload: bytes, file_name: str) -> tuple[str, bytes]:
    """Name a factor file by its dataset and vintage, and zip it where it is a plain CSV."""
    from smallcap.sources.french.files import read_french

    model, vintage = read_french(payload, file_name).select("model", "vintage").row(0)
    dataset = FACTOR_DATASETS[model]
    if not payload.startswith(b"PK"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"{dataset}.csv"), payload)
        payload = buffer.getvalue()
    return f"{dataset}_{vintage}_CSV.zip", payload


def _universe(frames: dict[str, pl.DataFrame], clock: dt.date, french: dict[str, bytes]) -> Universe:
    lines = line_traits(frames["securities"], frames["constituents"])
    ids = lines.select("source_id", "entity_id")
    fundamentals = _fundamentals(frames["fundamentals"], lines)
    of_quarters = discrete_quarters(frames["quarterly_fundamentals"], frames["fundamentals"])
    return Universe(
        clock=clock,
        lines=lines,
        spells=ticker_spells(frames["securities"], ids),
        lists=_lists(frames["constituents"].join(ids, on="source_id")),
        fundamentals=fundamentals,
        quarters=_fundamentals(of_quarters, lines, "quarterly"),
        metrics=_metrics(frames["vendor_metrics"], fundamentals, lines),
        prices=_prices(frames["prices"].join(ids, on="source_id"), fundamentals),
        french=french,
    )


def _lists(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.rename({"snapshot_date": "list_date"}).sort("list_date", "ticker", "entity_id")


def _issuers(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.filter(pl.col("entity_id") == pl.col("issuer_id")).select(
        "source_entity_id", "entity_id", "entity_name", "gics_sector"
    )


def _fundamentals(rows: pl.DataFrame, lines: pl.DataFrame, period_type: str = "annual") -> pl.DataFrame:
    fiscal_period = pl.col("fiscal_period") if "fiscal_period" in rows.columns else pl.lit("FY")
    return (
        rows.drop("source")
        .join(_issuers(lines), on="source_entity_id")
        .select(
            "entity_id",
            "ticker",
            "entity_name",
            "gics_sector",
            "period_end",
            pl.lit(period_type).alias("period_type"),
            "fiscal_year",
            fiscal_period.alias("fiscal_period"),
            "filing_date",
            "version",
            pl.lit("edgar").alias("source"),
            *[(pl.col(ours) / MILLION).alias(theirs) for theirs, ours in STATEMENT_ITEMS.items()],
            *UNSCALED_ITEMS,
            filed=pl.coalesce("filing_date", "period_end"),
        )
        .sort("entity_id", "period_end", "version", "filing_date", "revenue", "total_assets", nulls_last=True)
    )


def _metrics(rows: pl.DataFrame, fundamentals: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Ratios are served from the first filing of their period on."""
    first_filed = fundamentals.group_by("entity_id", "period_end").agg(
        pl.col("filed").min(), pl.col("ticker").first()
    )
    return (
        rows.join(_issuers(lines), on="source_entity_id")
        .join(first_filed, on=["entity_id", "period_end"], how="left")
        .with_columns(pl.col("filed").fill_null(pl.col("period_end")))
        .select(
            "entity_id",
            "ticker",
            "entity_name",
            "period_end",
            *[
                (pl.col(ours) / (MILLION if ours.endswith("_usd") else 1.0)).alias(theirs)
                for theirs, ours in METRICS.items()
            ],
            "filed",
        )
        .sort("entity_id", "period_end")
    )


def _prices(monthly: pl.DataFrame, fundamentals: pl.DataFrame) -> pl.DataFrame:
    """Daily rows.

    Share counts are those of the newest cover, in raw shares, and only where the line is the issuer's own.
    """
    from smallcap.sources.calendar import nyse_sessions

    first, last = (monthly["date"].min(), monthly["date"].max()) if monthly.height else (FIRST_DAY, FIRST_DAY)
    month = dt.timedelta(days=31)
    sessions = nyse_sessions(first - month, last)
    raw_shares = (pl.col("shares_outstanding") * MILLION).round().cast(pl.Int64)
    counted = (
        fundamentals.drop_nulls(["shares_outstanding", "shares_outstanding_date"])
        .select("entity_id", date="shares_outstanding_date", shares_outstanding=raw_shares)
        .sort("date", "entity_id", "shares_outstanding")
        .unique(["entity_id", "date"], keep="last", maintain_order=True)
    )
    return (
        daily_prices(monthly, sessions)
        .sort("date")
        .join_asof(counted, on="date", by="entity_id", check_sortedness=False)
        .with_columns(
            volume=1_000 + (pl.col("entity_id") * 7_919 + pl.col("date").to_physical() * 104_729) % 900_000
        )
        .sort("entity_id", "date")
    )
