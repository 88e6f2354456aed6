"""Where the page of a company is: a page of its own, or the page that shows any member from data files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

PAGES = "company"
"""Folder of the companies' own pages."""
ANY_COMPANY = "company.html"
"""The page that shows any member."""


@dataclass(frozen=True)
class Links:
    """Which companies have a page.

    Attributes
    ----------
    own
        Companies with a page of their own.
    others
        All companies that the data files hold.
    root
        The way from the page with the link to the folder of the report.
    """

    own: Collection[int] = ()
    others: Collection[int] = ()
    root: str = ""

    def address(self, company: int | None) -> str:
        """Return the address of a company's page; empty where it has none."""
        if company in self.own:
            return f"{self.root}{PAGES}/{company}.html"
        return f"{self.root}{ANY_COMPANY}#{company}" if company in self.others else ""


NO_LINKS = Links()
