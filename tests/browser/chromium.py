"""Headless Chromium for tests: started without a profile and without its own errands, told to keep what it
would fetch and print.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

AXE_VERSION = "4.14.1"
PHONE_WIDTH = 390
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[webdriver.Chrome]:
    """Start the browser, with further flags of its command line.

    Raises
    ------
    FileNotFoundError
        When it is not installed; the message says how to install it.
    """
    browser, driver_program = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if browser is None or driver_program is None:
        raise FileNotFoundError(
            "chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        yield driver
    finally:
        driver.quit()


def show(
    driver: webdriver.Chrome, page: Path, width: int = 1280, height: int = 900, scheme: str = "light"
) -> None:
    """Open a file as a person would, on a screen of this width and colour scheme."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    preferences = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in preferences.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get(page.as_uri())


def column(driver: webdriver.Chrome, holder: str, position: int) -> list[str]:
    """The shown cells of a column, from the top."""
    script = """
        const body = document.querySelector(arguments[0]).querySelector('tbody');
        return [...body.rows].map((row) => row.cells[arguments[1]].textContent);
    """
    cells: list[str] = driver.execute_script(script, holder, position)
    return cells


def axe_source(folder: Path) -> str:
    """Fetch the accessibility checker axe-core with npm, and return its script.

    Raises
    ------
    FileNotFoundError
        When npm is not installed or has no package index; the message says so.
    """
    program = shutil.which("npm")
    if program is None:
        raise FileNotFoundError("npm is not installed (Debian: apt-get install npm)")
    packed = subprocess.run([program, "pack", f"axe-core@{AXE_VERSION}"], cwd=folder, capture_output=True)
    if packed.returncode:
        raise FileNotFoundError(f"npm cannot fetch axe-core {AXE_VERSION}")
    with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def requested(driver: webdriver.Chrome, page: Path) -> list[str]:
    """List the addresses that a page requested since the browser was last asked.

    Its own first tab is another page.
    """
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    requests = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    return [request["request"]["url"] for request in requests if request["documentURL"] == page.as_uri()]


def printed(driver: webdriver.Chrome) -> bytes:
    """Print the page that is shown, as PDF, on the paper that the browser takes by default."""
    return base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])


def text_by_page(pdf: bytes) -> list[str]:
    """Read the text of each page of a PDF.

    Raises
    ------
    FileNotFoundError
        When pdftotext is not installed; the message says how to install it.
    """
    program = shutil.which("pdftotext")
    if program is None:
        raise FileNotFoundError("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    done = subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]
