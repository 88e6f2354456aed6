"""Kenneth French's library: the zips of five factors, three factors and momentum, and the page that lists
them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import HTML, ZIP, Answer, Request

PLACE: Final = ("pages", "faculty", "ken.french")
PUBLISHED_AFTER_MONTHS: Final = 2
NAME: Final = re.compile(r"(?P<dataset>.+)_(?P<vintage>\d{6})_CSV\.zip")


def answer(request: Request, universe: Universe, settings: Settings) -> Answer:
    """Answer ``data_library.html`` or ``ftp/DATASET_CSV.zip``."""
    rest = request.parts[len(PLACE) :]
    files = _files(universe.french, settings)
    if rest == ("data_library.html",):
        return Answer(200, _library(sorted(files)).encode(), HTML)
    name = rest[1].removesuffix("_CSV.zip") if len(rest) == 2 and rest[0] == "ftp" else ""
    if name in files:
        return Answer(200, files[name], ZIP)
    return Answer(404, b"<html><body>404 - File or directory not found.</body></html>", HTML)


def _files(french: dict[str, bytes], settings: Settings) -> dict[str, bytes]:
    """Return the zip of each dataset that is served: of the vintage that is set, else the newest that is
    out.
    """
    named = sorted(
        (match for name in french if (match := NAME.fullmatch(name))), key=lambda match: match["vintage"]
    )
    last = _newest_published(settings.today)
    chosen = settings.french_vintage
    served = [
        match for match in named if (match["vintage"] == chosen if chosen else match["vintage"] <= last)
    ]
    return {match["dataset"]: french[match.string] for match in served}


def _newest_published(today: dt.date) -> str:
    """Return the newest vintage that can be out: a file appears two months after the last month in it."""
    month = today.year * 12 + today.month - 1 - PUBLISHED_AFTER_MONTHS
    return f"{month // 12}{month % 12 + 1:02d}"


def _library(datasets: list[str]) -> str:
    links = "".join(
        f'<p>{name} <a href="ftp/{name}_TXT.zip">TXT</a> <a href="ftp/{name}_CSV.zip">CSV</a></p>\n'
        for name in datasets
    )
    return f"<html><head><title>Stand-in data library</title></head><body>\n{links}</body></html>\n"
