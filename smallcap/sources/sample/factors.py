"""Synthetic factor returns, written to files in the layout of Kenneth French's data library.

`smallcap.sources.french.files` parses such files.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Dates
from smallcap.sources.sample.randomness import Floats, stream

FACTOR_MONTHS: Final[Dates] = np.arange(np.datetime64("1990-01", "M"), np.datetime64("2026-07", "M"))
"""Months that are drawn; the newest ones are not in any file yet."""

FIVE_FACTORS: Final = ("Mkt-RF", "SMB", "HML", "RMW", "CMA")
MEANS: Final = np.array([0.70, 0.10, 0.18, 0.32, 0.22, 0.45])
DEVIATIONS: Final = np.array([4.30, 2.90, 3.00, 2.30, 2.00, 4.40])
CORRELATIONS: Final = np.array(
    [
        [1.00, 0.22, -0.10, -0.30, -0.32, -0.28],
        [0.22, 1.00, -0.05, -0.38, -0.08, -0.05],
        [-0.10, -0.05, 1.00, 0.25, 0.62, -0.20],
        [-0.30, -0.38, 0.25, 1.00, 0.15, 0.10],
        [-0.32, -0.08, 0.62, 0.15, 1.00, 0.02],
        [-0.28, -0.05, -0.20, 0.10, 0.02, 1.00],
    ]
)
"""Percent a month, in the order of `FIVE_FACTORS` and momentum: round numbers near those of the US market."""

VINTAGES: Final = ("202406", "202512", "202604")
"""The first was published by August 2024, so that later dates of the sample have factors known on the day."""
LATEST_VINTAGE: Final = VINTAGES[-1]
REVISED_SHARE: Final = 0.35
"""Share of the months that differ between an earlier vintage and the latest."""

OTHER_SORTS: Final = 0.1
"""Weight of RMW and CMA in the difference between the SMB of the three-factor and five-factor files."""

ZIP_TIME: Final = (2026, 6, 30, 0, 0, 0)
SYNTHETIC_NOTE: Final = (
    "Synthetic returns of the smallcap sample universe: made up, in the layout of the research files."
)
MISSING: Final = -99.99


@dataclass(frozen=True)
class FactorReturns:
    """Returns in percent with two decimals, one row per month of `FACTOR_MONTHS`.

    Attributes
    ----------
    five
        Mkt-RF, SMB, HML, RMW and CMA.
    momentum
        Winners minus losers.
    risk_free
        The month's risk-free return.
    """

    five: Floats
    momentum: Floats
    risk_free: Floats


def draw(seed: int, vintage: str = LATEST_VINTAGE) -> FactorReturns:
    """Draw the factors of a vintage.

    Many months of an earlier vintage differ from the latest by a few hundredths of a percentage point.
    """
    rng = stream(seed, "factors")
    count = len(FACTOR_MONTHS)
    shocks = (rng.standard_normal((count, 6)) @ np.linalg.cholesky(CORRELATIONS).T) * DEVIATIONS
    # The market months keep the mean exactly; otherwise the size of the companies would depend on the seed.
    shocks[-MONTH_COUNT:] -= shocks[-MONTH_COUNT:].mean(axis=0)
    returns = MEANS + shocks
    risk_free = _risk_free(rng)
    if vintage != LATEST_VINTAGE:
        revision = stream(seed, f"revision {vintage}")
        is_revised = revision.random((count, 1)) < REVISED_SHARE
        sizes = np.array([0.01, 0.05, 0.06, 0.07, 0.05, 0.05])
        returns = returns + is_revised * revision.standard_normal((count, 6)) * sizes
    rounded = np.round(returns, 2) + 0.0
    return FactorReturns(rounded[:, :5], rounded[:, 5], risk_free)


def market_months(returns: FactorReturns) -> tuple[Floats, Floats]:
    """Return (five factors, risk-free) of the simulated market months, as fractions."""
    return returns.five[-MONTH_COUNT:] / 100, returns.risk_free[-MONTH_COUNT:] / 100


def french_files(seed: int) -> dict[str, bytes]:
    """Return the five-factor, three-factor and momentum files of all vintages as zips, by file name."""
    files: dict[str, bytes] = {}
    for vintage in VINTAGES:
        returns = draw(seed, vintage)
        for dataset, text in (
            (
                "F-F_Research_Data_5_Factors_2x3",
                _research_text((*FIVE_FACTORS, "RF"), returns.five, returns, vintage),
            ),
            (
                "F-F_Research_Data_Factors",
                _research_text((*FIVE_FACTORS[:3], "RF"), _three(returns.five), returns, vintage),
            ),
            ("F-F_Momentum_Factor", _momentum_text(returns, vintage)),
        ):
            files[f"{dataset}_{vintage}_CSV.zip"] = _zipped(f"{dataset}.csv", text)
    return files


def _risk_free(rng: np.random.Generator) -> Floats:
    years = np.array(
        [1990, 1993, 1995, 2000, 2003.5, 2006.5, 2008.5, 2016, 2019, 2020.3, 2022, 2023.5, 2026.5]
    )
    percent_a_year = np.array([7.5, 3.0, 5.5, 5.8, 1.0, 4.8, 1.0, 0.1, 2.3, 0.1, 0.3, 5.2, 3.6])
    when = 1990 + np.arange(len(FACTOR_MONTHS)) / 12
    level = np.interp(when, years, percent_a_year) / 12
    return np.asarray(np.round(np.maximum(level + rng.normal(0, 0.01, len(when)), 0.0), 2))


def _three(five: Floats) -> Floats:
    """Make the three factors.

    Their SMB excludes the sorts by profitability and investment; a tenth of RMW and CMA approximates that.
    """
    small = np.round(five[:, 1] + OTHER_SORTS * (five[:, 3] + five[:, 4]), 2) + 0.0
    return np.column_stack([five[:, 0], small, five[:, 2]])


def _research_text(names: tuple[str, ...], factors: Floats, returns: FactorReturns, vintage: str) -> str:
    is_padded = vintage == LATEST_VINTAGE
    table = np.column_stack([factors, returns.risk_free])[: _month_count(vintage)]
    preamble = [
        f"This file was created using the {vintage} CRSP database.",
        SYNTHETIC_NOTE,
        *(
            ["The annual TBill return is compounded from the monthly T-bill rates from January to December. "]
            if is_padded
            else []
        ),
    ]
    return _file_text(preamble, names, table, vintage, is_padded)


def _momentum_text(returns: FactorReturns, vintage: str) -> str:
    table = returns.momentum[: _month_count(vintage), None].copy()
    table[0] = MISSING
    preamble = [
        f"This file was created using the {vintage} CRSP database.  It",
        "contains a momentum factor in the layout of the research file of that name.",
        SYNTHETIC_NOTE,
        "",
        "Missing data are indicated by -99.99 or -999.",
    ]
    return _file_text(preamble, ("Mom",), table, vintage, is_padded=True)


def _file_text(
    preamble: list[str], names: tuple[str, ...], table: Floats, vintage: str, is_padded: bool
) -> str:
    width = 8 if is_padded else 0
    labels = FACTOR_MONTHS[: len(table)].astype(str)
    months = [label.replace("-", "") for label in labels]
    years, annual = _annual(labels, table)
    header = "," + ",".join(names)
    lines = [
        *preamble, "", header, *_rows(months, table, width),
        "", " Annual Factors: January-December ", header,
        *_rows([("  " if is_padded else "") + year for year in years], annual, width),
        "",
        f"Copyright {vintage[:4]} the smallcap project; synthetic, not the data of Eugene F. Fama "
        f"and Kenneth R. French",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _rows(labels: list[str], table: Floats, width: int) -> list[str]:
    return [
        label + "".join(f",{value:{width}.2f}" for value in row)
        for label, row in zip(labels, table.tolist(), strict=True)
    ]


def _annual(labels: Dates, table: Floats) -> tuple[list[str], Floats]:
    whole_years = len(table) // 12
    monthly = np.where(table <= MISSING, 0.0, table)[: whole_years * 12].reshape(whole_years, 12, -1)
    compounded = np.round((np.prod(1 + monthly / 100, axis=1) - 1) * 100, 2) + 0.0
    return [str(label)[:4] for label in labels[: whole_years * 12 : 12]], compounded


def _month_count(vintage: str) -> int:
    last = np.datetime64(f"{vintage[:4]}-{vintage[4:]}", "M")
    return int((last - FACTOR_MONTHS[0]).astype(int)) + 1


def _zipped(member: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member, date_time=ZIP_TIME), text.encode("ascii"))
    return buffer.getvalue()
