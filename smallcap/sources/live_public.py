"""Builds the source of public records from the settings: the SEC's files, their limit, their readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from platformdirs import user_state_path

from smallcap.errors import InputError
from smallcap.rules.concept_files import read_concepts
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types import holdings, sec
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.rules.types.index_funds import INDEX_FUNDS_FILE, FundRow
from smallcap.rules.types.metrics import MetricsRules
from smallcap.secret_checks import contact_parts
from smallcap.setting_checks import is_loopback
from smallcap.settings import Settings
from smallcap.sources.edgar import NAME, SecClient, SecRecords
from smallcap.sources.edgar.client import Hosts
from smallcap.sources.edgar.company_facts import CompanyFactFiles
from smallcap.sources.fetching import Fetcher, Rate, RateLimit, RetryPolicy, utc_now
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.live import FrenchFactors
from smallcap.sources.identity.aliases import load_ticker_aliases
from smallcap.sources.ishares.download import HoldingsSite, of_downloads
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.public.adapter import PublicSource
from smallcap.sources.public.daily import DailyLists
from smallcap.sources.public.filers import FilerTables
from smallcap.sources.public.identity import Identifier
from smallcap.sources.public.lists import FundLists
from smallcap.sources.public.prices import LinePrices
from smallcap.sources.public.statements import Statements
from smallcap.sources.public.yahoo_prices import REQUESTS_PER_SECOND as YAHOO_RATE
from smallcap.sources.public.yahoo_prices import YahooPrices
from smallcap.sources.request_counts import counts_of
from smallcap.sources.yahoo.prices import YAHOO

BULK_FOLDER: Final = "bulk"


@dataclass(frozen=True)
class PublicSources:
    """The source of public records, and the parts that `fetch` and `doctor` ask about."""

    source: PublicSource
    records: SecRecords
    files: CompanyFactFiles
    rate: RateLimit
    french: FrenchFactors


def open_public(settings: Settings, snapshots: SnapshotStore) -> PublicSources:
    """Open the source of public records.

    Parameters
    ----------
    settings
        Contact, addresses and limits.
    snapshots
        Where payloads are kept; a kept payload is not requested again.

    Raises
    ------
    InputError
        When a rule set is wrong, or more requests a second are set than the SEC allows.
    """
    rules = read_rules(settings.reference, sec.FILE_NAME, sec.SecRules)
    rate = RateLimit(rate_folder(settings), NAME, rate_of(settings, rules))
    limits = HttpLimits(settings.request_timeout_seconds, settings.max_response_mb * 1_000_000)
    fetcher = Fetcher(
        snapshots,
        counts_of(settings, {}),
        RetryPolicy(max_retries=settings.max_retries),
        secrets=_secrets(settings),
        rates={NAME: rate, YAHOO: RateLimit(rate_folder(settings), YAHOO, Rate.per_second(YAHOO_RATE))},
    )
    hosts = Hosts(settings.sec_www_url, settings.sec_data_url, settings.sec_search_url)
    records = SecRecords(fetcher, SecClient(settings.sec_contact, hosts, limits, rate, rules), rules)
    max_age = dt.timedelta(hours=settings.running_period_max_age_hours)
    clock = settings.clock or utc_now().date()
    names = read_rules(settings.reference, holdings.FILE_NAME, holdings.HoldingsRules)
    funds = read_rows(settings.reference, INDEX_FUNDS_FILE, FundRow)
    successions = read_rows(settings.reference, SUCCESSIONS_FILE, CikSuccession)
    lists = FundLists(
        records,
        funds,
        names,
        clock=clock,
        max_age=max_age,
        min_members=settings.ishares_min_members,
        daily=_daily(settings, fetcher, limits, names, funds, clock, max_age),
    )
    identifier = Identifier(
        records,
        read_rules(settings.reference, CUSIP_IDENTITY_FILE, CusipIdentity),
        names,
        successions,
        load_ticker_aliases(settings.reference),
        FilerTables(records, settings.home / BULK_FOLDER, clock),
        max_age=max_age,
    )
    files = CompanyFactFiles(
        records,
        today=utc_now().date(),
        bulk_companies=settings.sec_bulk_companies or rules.bulk_companies,
        bulk_folder=settings.home / BULK_FOLDER,
    )
    splits = read_rules(settings.reference, "metrics.toml", MetricsRules).holding_split
    yahoo = YahooPrices(fetcher, clock, settings.request_timeout_seconds, max_age)
    french = FrenchFactors(fetcher, limits, base_url=settings.french_base_url, max_age=max_age)
    source = PublicSource(
        lists=lists,
        identifier=identifier,
        statements=Statements(files, read_concepts(settings.reference), successions, year=clock.year),
        prices=LinePrices(lists, identifier, splits, clock, yahoo if settings.prices == YAHOO else None),
        factors=french,
        funds=funds,
        index=settings.index_name,
        clock=clock,
        refresh_after=max_age,
    )
    return PublicSources(source, records, files, rate, french)


def _daily(
    settings: Settings,
    fetcher: Fetcher,
    limits: HttpLimits,
    rules: holdings.HoldingsRules,
    funds: Sequence[FundRow],
    clock: dt.date,
    max_age: dt.timedelta,
) -> DailyLists | None:
    """Open the files of the day of the index's fund; None where ishares.toml names none that reports."""
    for site in rules.indexes:
        for row in funds:
            if row.index == site.name == settings.index_name and site.file_name == f"{row.fund}_holdings":
                files = HoldingsSite(
                    fetcher,
                    limits,
                    base_url=settings.ishares_base_url,
                    fund=site,
                    rules=of_downloads(rules, settings.ishares_min_members),
                    today=clock,
                    latest_max_age=max_age,
                )
                return DailyLists(files, row, clock)
    return None


def rate_folder(settings: Settings) -> Path:
    """Return the folder of the request records that all homes of the user share."""
    return settings.rate_dir or user_state_path("smallcap", appauthor=False) / "rates"


def rate_of(settings: Settings, rules: sec.SecRules) -> Rate:
    """Return this machine's part of the limit.

    Raises
    ------
    InputError
        When the settings ask for more than the SEC allows.
    """
    asked = settings.sec_requests_per_second or rules.requests_per_second
    addresses = (settings.sec_www_url, settings.sec_data_url, settings.sec_search_url)
    is_local = all(is_loopback(urlsplit(address).hostname or "") for address in addresses)
    if asked > sec.MOST_REQUESTS_PER_SECOND and not is_local:
        raise InputError(
            f"setting 'sec_requests_per_second' (SMALLCAP_SEC_REQUESTS_PER_SECOND) is {asked:g}, and the SEC "
            f"allows {sec.MOST_REQUESTS_PER_SECOND:g}; an address that asks more often is shut out"
        )
    return Rate.per_second(asked, settings.sec_machines)


def _secrets(settings: Settings) -> tuple[str, ...]:
    if settings.sec_contact is None:
        return ()
    return (settings.sec_contact.get_secret_value(), contact_parts(settings.sec_contact)[1])
