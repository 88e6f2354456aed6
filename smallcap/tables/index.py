"""The tables of the index itself: holdings, sectors, profile, eligibility, changes, and the effect of reconstitutions."""

from __future__ import annotations

import dataframely as dy
import polars as pl

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

AS_OF = "the date the question is asked about"
STATUS = "pass, fail, or verify where the sources do not say"


def _status(rule: str) -> dy.String:
    return text(f"{rule}: {STATUS}", nullable=False)


def _members(what: str) -> dy.Int64:
    return count(f"members {what}", unit="members")


def _weight(what: str) -> dy.Float64:
    return ratio(f"weight of the members {what}; null where no weight is known", min=0)


def _multiple(what: str) -> dy.Float64:
    return ratio(f"sum of market values over sum of {what}, over the members with both", unit="multiple")


class IndexHoldings(dy.Schema):
    """One row per as_of and member: its weight, its place by weight, and whether it stands near a break."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("the company, ours")
    rank = count("place by weight, 1 is the heaviest; of equal weights the first by ticker", unit="place")
    ticker = text("the symbol of the company's largest line", nullable=False)
    name = text("name of the largest line")
    sector = text("sector name, GICS words")
    weight = ratio("share in the index, from market values", min=0, max=1)
    cumulative_weight = ratio("weight of the members up to this place", min=0)
    market_cap_usd = usd("market value at as_of; null where the visible record is stale")
    market_cap_reason = text("why market_cap_usd is null")
    band = text(
        (
            "upper: among the first 2.5% of the members' own market value; lower: among the last; "
            "none; unknown: no market value"
        ),
        nullable=False,
    )
    is_unprofitable = flag(
        "net income of the visible record is zero or negative; null where there is none that is not stale",
        nullable=True,
    )
    period_end = date("end of the fiscal year of the visible record")
    available_date = date("when the visible record became known; never after as_of")

    @dy.rule()
    def nothing_from_the_future(cls) -> pl.Expr:
        """Every figure used was known at as_of."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("as_of"))


class IndexSectors(dy.Schema):
    """One row per as_of and sector."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    sector = key_text("sector name, GICS words; unknown where no source says")
    members = _members("of the sector")
    weight = _weight("of the sector")
    market_cap_members = _members("with a market value")
    market_cap_usd = usd("sum of their market values")
    earnings_members = _members("with known earnings")
    earnings_weight = _weight("with known earnings")
    unprofitable_members = _members("whose net income is zero or negative")
    unprofitable_share = ratio(
        "share of the members with known earnings whose net income is zero or negative", min=0, max=1
    )
    unprofitable_weight_share = ratio("the same by weight", min=0, max=1)
    pe_excluding_losses = _multiple("net income, where that is positive")
    pe_excluding_losses_members = _members("in pe_excluding_losses")
    pe_excluding_losses_weight = _weight("in pe_excluding_losses")


class IndexProfile(dy.Schema):
    """One row per as_of: the index in figures. Aggregates are sums over sums, each with the members and the weight that it covers."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    previous_as_of = date("the as_of before, with which members are compared; null for the first of a home")
    index_name = text("the index", nullable=False)
    members = _members("of the index, companies")
    lines = count("lines of these companies", unit="lines")
    market_cap_members = _members("with a market value")
    market_cap_weight = _weight("with a market value")
    market_cap_sum_usd = usd("sum of the market values")
    market_cap_median_usd = usd("median market value")
    market_cap_mean_usd = usd("mean market value")
    market_cap_largest_usd = usd("largest market value")
    market_cap_smallest_usd = usd("smallest market value")
    top_holdings = count("how many of the heaviest members top_holdings_weight sums", unit="members")
    top_holdings_weight = _weight("with the greatest weights")
    herfindahl = ratio("sum of the squared weights: 1 is one member, 1/n is n equal ones", min=0)
    effective_number = number(
        "one over herfindahl: so many equal members would be as concentrated", "members"
    )
    pe_excluding_losses = _multiple("net income, where that is positive: the published convention")
    pe_excluding_losses_members = _members("in pe_excluding_losses")
    pe_excluding_losses_weight = _weight("in pe_excluding_losses")
    pe_including_losses = _multiple("net income, losses included")
    pe_including_losses_reason = text("why it is null: earnings_not_positive or no_member_covered")
    pe_including_losses_members = _members("in pe_including_losses")
    pe_including_losses_weight = _weight("in pe_including_losses")
    pb = _multiple("shareholders' equity, negative equity included")
    pb_reason = text("why it is null: equity_not_positive or no_member_covered")
    pb_members = _members("in pb")
    pb_weight = _weight("in pb")
    ps = _multiple("revenue")
    ps_reason = text("why it is null: revenue_not_positive or no_member_covered")
    ps_members = _members("in ps")
    ps_weight = _weight("in ps")
    dividend_yield = ratio(
        "sum of the dividends of the visible records over sum of market values, over the members with both"
    )
    dividend_yield_members = _members("in dividend_yield")
    dividend_yield_weight = _weight("in dividend_yield")
    earnings_members = _members("with known earnings")
    earnings_weight = _weight("with known earnings")
    unprofitable_members = _members("whose net income is zero or negative")
    unprofitable_share = ratio(
        "share of the members with known earnings whose net income is zero or negative", min=0, max=1
    )
    unprofitable_weight_share = ratio("the same by weight", min=0, max=1)
    eligibility_passed = _members("that pass every rule of eligibility which can be asked")
    eligibility_failed = _members("that fail one of these")
    eligibility_verify = _members("of which one of these is open, and none fails")
    additions = count("members that were none at previous_as_of", nullable=True, unit="members")
    removals = count("members of previous_as_of that are none now", nullable=True, unit="members")
    turnover = ratio("half the sum of the weights that came and went since previous_as_of", min=0, max=1)
    is_reconstitution = flag(
        "turnover reaches the threshold; null for the first as_of of a home", nullable=True
    )
    expected_event = text(
        "reconstitution of the calendar whose effective day lies after previous_as_of and up to as_of"
    )
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def null_says_why(cls) -> pl.Expr:
        """A multiple has a value or a reason."""
        return pl.all_horizontal(
            pl.col(name).is_null() == pl.col(f"{name}_reason").is_not_null()
            for name in ("pe_including_losses", "pb", "ps")
        )


class IndexEligibility(dy.Schema):
    """One row per as_of and member: the rules of eligibility, asked of the rank day that applies at as_of."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("the company, ours")
    ticker = text("the symbol of the company's largest line", nullable=False)
    rank_date = date("the newest rank day at or before as_of; null before the calendar begins")
    price_usd = number("last close as traded at the rank day", "USD per share", min=0)
    price_status = _status("price of at least 1 USD at the rank day")
    market_cap_usd = usd("market value of all classes at the month end of the rank day")
    market_cap_status = _status("market value of at least 30 million USD")
    free_float = ratio("share of the company in public hands; no source here says it")
    free_float_status = _status("free float of at least 5%")
    voting_rights = ratio("share of the votes in public hands; no source here says it")
    voting_rights_status = _status("more than 5% of the votes in public hands")
    exchange = text("exchange of the largest line at as_of, as the list says")
    exchange_status = _status("an eligible exchange")
    country = text("country of the largest line at as_of, as the list says")
    country_status = _status("a US company by the country field")
    known_status = _status(
        "the four rules that the sources can answer: price, market value, exchange, country"
    )
    status = _status("all six rules")
    reason = text("the rules that are not passed, in words; null where all are")
    rule_set = text("name and version of the rule set", nullable=False)


class IndexChanges(dy.Schema):
    """One row per as_of and company that joined or left the index since the as_of before, and why. Looks for prices up to a year ahead."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    entity_id = key_id("the company, ours")
    previous_as_of = date("the as_of before", nullable=False)
    change = text("added or removed", nullable=False)
    cause = text("graduated, demoted_in, delisted_or_acquired, ipo, below_minimum or other", nullable=False)
    evidence = text("what speaks for the cause, in words with numbers", nullable=False)
    security_id = dy.Int64(nullable=False, description="the company's largest line while it was a member")
    ticker = text("its symbol", nullable=False)
    name = text("its name")
    sector = text("sector name, GICS words")
    weight = ratio("weight at as_of of one that came, at previous_as_of of one that went", min=0, max=1)
    size_as_of = date(
        (
            "the date whose sizes were compared: as_of; of one that went the rank day's month end, "
            "else previous_as_of"
        ),
        nullable=False,
    )
    size_basis = text("market_cap, else holding: what the fund holds of it")
    size_usd = usd("market value, or value of the fund's holding, at size_as_of")
    size_quantile = ratio("share of those who stayed that are at most as large", min=0, max=1)
    price_usd = number("price at size_as_of", "USD per share", min=0)
    first_price_date = date("first price of its lines, in the two years before the year")
    last_price_date = date("last price of its lines, up to the end of the year after")
    is_reconstitution = flag("the turnover since previous_as_of is that of a reconstitution")
    expected_event = text("reconstitution of the calendar between the two dates")
    rule_set = text("name and version of the rule set", nullable=False)


class ReconstitutionEffects(dy.Schema):
    """One row per reconstitution and span: what those who came earned beyond those who went. Descriptive, known only afterwards."""

    event = key_text("the reconstitution")
    effective_date = key_date("day after whose close the new index holds")
    span = key_text(
        "rank_to_effective: months after the rank day to the effective day; after_effective: the months after"
    )
    rank_date = date("rank day; null where no source says")
    event_status = text("known, announced or rule: how the dates are known", nullable=False)
    previous_as_of = date("the list before the effective day")
    as_of = date("the list at or after the effective day")
    first_month = date("first month of the span")
    last_month = date("last month of the span")
    additions = count("companies that came", unit="companies")
    deletions = count("companies that went", unit="companies")
    additions_with_returns = count("of the first, with a return in every month of the span", unit="companies")
    deletions_with_returns = count("of the second", unit="companies")
    additions_return = ratio("mean return of additions_with_returns over the span")
    deletions_return = ratio("mean return of deletions_with_returns over the span")
    effect = ratio("the first less the second")
    std_error = ratio("standard error of the difference, for unequal variances", min=0)
    status = text("estimated or insufficient", nullable=False)
    reason = text("why there is no number; null where there is")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """What was not estimated shows no number and says why."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("effect").is_not_null()) & (is_estimated == pl.col("reason").is_null())
