"""The sample's factor returns as files in the layout of Kenneth French's data library.

`smallcap.sources.french.files` parses such files.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import Dates
from smallcap.sources.sample.factors import FACTOR_MONTHS, LATEST_VINTAGE, VINTAGES, FactorReturns, draw
from smallcap.sources.sample.randomness import Floats

FIVE_FACTORS: Final = ("Mkt-RF", "SMB", "HML", "RMW", "CMA")
OTHER_SORTS: Final = 0.1
"""Weight of RMW and CMA in the difference between the SMB of the three-factor and five-factor files."""
ZIP_TIME: Final = (2026, 6, 30, 0, 0, 0)
SYNTHETIC_NOTE: Final = (
    "Synthetic returns of the smallcap sample universe: made up, in the layout of the research files."
)
MISSING: Final = -99.99


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
