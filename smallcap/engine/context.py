"""One run as its assets see it: home, source, rule sets, dates, years that are made, and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from smallcap.engine.code import CodeDigests
from smallcap.engine.dates import AsOfDates
from smallcap.engine.lists import Lists
from smallcap.engine.recipe import Recipes
from smallcap.engine.rule_sets import RuleSets
from smallcap.engine.runlog import RunLog
from smallcap.engine.staleness import Digests
from smallcap.engine.years import Years
from smallcap.lake.home import Home
from smallcap.rules.types.watchlist import WatchedName
from smallcap.settings import Settings
from smallcap.sources.base import Source

CODE_CACHE = "code.json"


@dataclass(frozen=True)
class Run:
    """A run over a range of years.

    Attributes
    ----------
    home
        The home that is written to.
    source
        Where data come from.
    settings
        The settings.
    run_id
        The run's id.
    asked
        The years of the run's range; empty where only tables without partitions are made.
    as_of
        The date that was requested, if one was.
    rules
        The rule sets.
    dates
        The as_of dates of each year.
    digests
        Digests of the current state.
    years
        The years of each table that are made.
    code
        Digests of the code.
    lists
        The lists of the index's members.
    log
        What is to be recorded.
    """

    home: Home
    source: Source
    settings: Settings
    run_id: str
    asked: Sequence[int]
    as_of: dt.date | None
    rules: RuleSets
    dates: AsOfDates
    digests: Digests
    years: Years
    code: CodeDigests
    lists: Lists
    log: RunLog

    def book_tickers(self) -> list[str]:
        """Tickers of books that the source can know: their lines are fetched also where no list has them."""
        named = self.source.book_tickers()
        known = {
            name: book
            for name, book in self.rules["book_rules"].items()
            if self.source.name not in book.not_in
        }
        return sorted(
            {ticker for name, book in known.items() for ticker in (*book.tickers, *named.get(name, ()))}
        )

    def proposed_names(self) -> tuple[WatchedName, ...]:
        """Names that the source itself proposes to watch."""
        return tuple(
            WatchedName(ticker=ticker, reason="proposed by the source", source=self.source.label)
            for ticker in self.source.watched_tickers()
        )

    def watched_tickers(self) -> list[str]:
        """Watched tickers that the source can know: their lines are fetched like those of books."""
        names = (*self.rules["watchlist"], *self.proposed_names())
        return sorted({name.ticker for name in names if name.not_in != self.source.name})

    def fund_tickers(self) -> list[str]:
        """Tickers of the index funds of the benchmark panel that the source may know."""
        tickers: list[str] = self.rules["benchmark_rules"].tickers_of(self.source.name)
        return tickers


def open_run(
    home: Home,
    source: Source,
    settings: Settings,
    run_id: str,
    command: str,
    asked: Sequence[int],
    as_of: dt.date | None = None,
    *,
    is_forced: bool = False,
) -> Run:
    """Put together what a run over `asked` years needs; nothing is written.

    Parameters
    ----------
    home, source, settings
        The home, the source and the settings.
    run_id, command
        The run, and what was requested, in words.
    asked
        The years of the run.
    as_of
        The date that was requested, if one was.
    is_forced
        Whether the requested years are made even where they are up to date.
    """
    rules, dates = RuleSets(settings.reference), AsOfDates(home, source, asked, as_of)
    code = CodeDigests(home.path / CODE_CACHE)
    digests = Digests(home, Recipes(settings, source, dates, rules, code))
    years = Years(home, source, digests, asked, is_forced=is_forced)
    log = RunLog(home, run_id, command, settings.preset, asked, as_of, source.name, source.clock)
    lists = Lists(source, settings.index_name)
    return Run(home, source, settings, run_id, asked, as_of, rules, dates, digests, years, code, lists, log)
