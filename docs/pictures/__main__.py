"""Draws the pictures of the documentation, from a run of the sample universe in a temporary folder.

``make pictures`` calls it. The companies are synthetic, and the pictures are small enough for a repository.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlparse

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from selenium import webdriver

from docs.pictures.recording import recording
from smallcap.pipelines.command.funnel import show_funnel
from smallcap.pipelines.command.run import make
from smallcap.pipelines.command.why import show_company
from smallcap.settings import Settings, load_settings
from tests.browser.chromium import chromium, show

FOLDER = Path(__file__).parent
AS_OF = dt.date(2025, 12, 31)
LARGEST_BYTES = 300_000
TERMINAL_COLUMNS = 118
RECORDED = ("run", "funnel", "why")
"""Pictures of the terminal that the recording shows, in order."""
# Rich's own template loads a font from the network; a picture must not load anything.
SVG_FORM = re.sub(r"@font-face \{\{.*?\n    \}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def main() -> None:
    """Draw every picture again."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home", preset="sample")
        draw_run(settings)
        draw_terminal("terminal-funnel", "smallcap funnel", lambda out: show_funnel(settings, AS_OF, 8, out))
        report = settings.reports_dir / AS_OF.isoformat()
        ticker = draw_report(report, Path(folder) / "profile")
        draw_terminal(
            "terminal-why",
            f"smallcap why {ticker}",
            lambda out: show_company(settings, ticker, AS_OF, "published", out),
        )
        frames = [(FOLDER / f"terminal-{part}.svg").read_text(encoding="utf-8") for part in RECORDED]
        (FOLDER / "terminal-recording.svg").write_text(recording(frames), encoding="utf-8")
    for picture in sorted([*FOLDER.glob("*.png"), *FOLDER.glob("*.svg")]):
        size = picture.stat().st_size
        print(f"{picture.name:<24}{size:>9,} bytes")
        if size > LARGEST_BYTES:
            raise SystemExit(f"{picture} is larger than {LARGEST_BYTES:,} bytes")


def draw_run(settings: Settings) -> None:
    """Run the pipeline for the other pictures, and draw what it prints."""
    quiet = Console(quiet=True)
    draw_terminal(
        "terminal-run",
        "make run",
        lambda out: make(
            settings, None, None, AS_OF, None, is_dry=False, is_forced=False, out=out, err=quiet
        ),
    )


def draw_terminal(name: str, title: str, command: Callable[[Console], None]) -> None:
    """Draw the output of a command as a terminal shows it."""
    out = Console(record=True, width=TERMINAL_COLUMNS, file=io.StringIO(), force_terminal=True)
    command(out)
    out.save_svg(str(FOLDER / f"{name}.svg"), title=title, code_format=SVG_FORM, unique_id=name)


def draw_report(folder: Path, profile: Path) -> str:
    """Draw pages of the report in both colour schemes and on a phone; return the ticker of a survivor."""
    with chromium(profile) as driver:
        for scheme in ("light", "dark"):
            keep(driver, folder / "index.html", f"report-{scheme}", scheme)
        keep(driver, folder / "funnel.html", "report-funnel", "light")
        keep(driver, folder / "anatomy.html", "report-index", "light")
        keep(driver, folder / "index.html", "report-phone", "light", width=390, height=844)
        survivor = "return document.querySelector('td a[href^=\"company/\"]').href"
        page = Path(unquote(urlparse(driver.execute_script(survivor)).path))
        keep(driver, page, "report-sheet", "dark")
        return str(driver.execute_script("return document.querySelector('h1 .ticker').textContent"))


def keep(
    driver: webdriver.Chrome, page: Path, name: str, scheme: str, width: int = 1200, height: int = 1000
) -> None:
    """Draw the top of a page."""
    show(driver, page, width=width, height=height, scheme=scheme)
    driver.save_screenshot(str(FOLDER / f"{name}.png"))


if __name__ == "__main__":
    main()
