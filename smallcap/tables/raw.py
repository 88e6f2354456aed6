"""The raw tables of lists, of lines and of kept payloads, as sources delivered them, before any checks."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    number,
    ratio,
    text,
    usd,
    year,
)

SOURCE_ID = "the source's id of the line, by which rows of later deliveries are matched"
SOURCE_ENTITY_ID = "the source's id of the company, by which rows of later deliveries are matched"
MISSING_SINCE = (
    "the source's day on which the row was first no longer delivered; it stays in use; null while delivered"
)


class Constituents(dy.Schema):
    """One row per index, as_of and line in the source's list."""

    year = year(AS_OF_YEAR)
    index_name = key_text("our name of the index: russell2000")
    as_of = key_date("as-of date, for which the row is computed")
    security_id = key_id("our id of the line (share class)")
    ticker = text("the ticker as in the source", nullable=False)
    name = text("company or line name as in the source")
    sector = text("sector name from the source, converted to GICS names")
    snapshot_date = date(
        "date of the source's list that was used, at most the source's limit (31 days; preset public more) "
        "before as_of",
        nullable=False,
    )
    market_value_usd = usd("value of the fund's or index's holding of the line", min=0)
    weight = ratio("share of the line in the list, from market values where known", min=0, max=1)
    price_usd = number("price as traded given in the list, at snapshot_date", "USD per share", min=0)
    quantity = number("shares of the line held by the fund", "shares", min=0)
    location = text("country as in the source")
    exchange = text("exchange as in the source")
    fund = text("the fund whose holdings the list is; null if it is of the index itself or names no fund")
    list_available_date = date(
        "first day on which the list could be known: the session after it was published or filed; its own "
        "date where the source does not say"
    )
    source = text("source of the row", nullable=False)
    source_id = text(SOURCE_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class Securities(dy.Schema):
    """One row per line and ticker spell: the mapping from a source's names and ids to ours.

    Where the source dates industries, a changed code begins a row of its own.
    """

    security_id = key_id("our id of the line (share class)")
    source = key_text("the source of the names")
    valid_from = key_date("first day on which the line carried the ticker, as far as known")
    entity_id = dy.Int64(nullable=False, description="our id of the company")
    source_id = text("the vendor's id of the line; vendors renumber, so it is never used as ours")
    source_entity_id = text("the vendor's id of the company")
    ticker = text("the ticker during the spell, normalised: upper case, no separators", nullable=False)
    valid_to = date("last day of the spell; null if open")
    delisting_cause = text(
        "why trading in the line ended, on its last spell: acquired, performance or other; null while it "
        "trades, and where the source does not say"
    )
    name = text("company name")
    sector = text("GICS sector name")
    sic = text("Standard Industrial Classification code, four digits")
    filer_status = text(
        "the filer's status at the SEC by its last filing before valid_from; null where the source has none"
    )
    gics = text("GICS sub-industry code, eight digits")
    is_resolved = flag("the line belongs to a company known to the fundamentals source")
    unresolved_reason = text("why is_resolved is false, with the company that it may be")
    resolution_evidence = text(
        "the evidence for the line's company and its changes of name, with points (docs/methods/identity.md)"
    )
    resolved_by = text(
        "preset public: the way by which the line's company was found: alias, ticker_and_name, "
        "ticker_and_former_name, or the record that alone has the name: name_in_submissions, name_as_filed, "
        "name_in_index, name_today; holder_of_the_ticker for a name that no list has; null where unresolved, "
        "and in other presets"
    )
    is_resolution_later = flag(
        "a list later than the line's first identified the company; earlier dates have it too"
    )
    is_resolution_corrected = flag("a dated row of ticker_aliases.csv overruled the evidence")


class Snapshots(dy.Schema):
    """One row per fetched payload; rebuilt from the metadata files stored with the payloads."""

    snapshot_id = key_text("key of the request: source, dataset and a digest of its parameters and content")
    source = text("the source", nullable=False)
    dataset = text("the dataset requested", nullable=False)
    request = text("the request's parameters as JSON, without secrets", nullable=False)
    sha256 = text("checksum of the payload before compression", nullable=False)
    bytes = count("size of the payload before compression", unit="bytes")
    path = text("the compressed payload, relative to the home", nullable=False)
    fetched_at = dy.Datetime(
        nullable=False,
        time_unit="us",
        description="when it was fetched (UTC); a fetch column, not compared between homes",
    )
