"""Additions and removals of the index with their causes, and effects of reconstitutions, in plain Polars."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution

Frames = dict[str, pl.DataFrame]
PAIR = ["as_of", "entity_id"]


@dataclass(frozen=True)
class Moved:
    """Changes as rows, and each date with the one before and the sums of its changes."""

    rows: pl.DataFrame
    dates: pl.DataFrame


def changes(
    tables: Frames,
    known: pl.DataFrame,
    rules: IndexRules,
    events: Sequence[Reconstitution],
    years: Sequence[int],
) -> Moved:
    """Find who came and who went, and why.

    Parameters
    ----------
    tables
        Members and prices.
    known
        Members with what may be used of their records.
    rules, events
        The thresholds and the calendar.
    years
        The years whose dates are looked at.
    """
    dates = _dates(known, events)
    moved = _moved(known, dates)
    dates = _with_turnover(moved, dates, rules)
    sized = _sized(
        moved.join(
            dates.select(
                *("as_of", "is_reconstitution", "expected_event", "rank_month", "fund"),
                "is_reconstitution_pending",
            ),
            on="as_of",
        ),
        known,
    )
    # Which prices are available differs from year to year, as it does in the pipeline.
    rows = pl.concat(
        [_explained(sized.filter(pl.col("as_of").dt.year() == year), tables, rules, year) for year in years]
    )
    return Moved(rows, dates.drop("rank_month"))


def month_of_data(day: dt.date) -> dt.date:
    """Return the last month end whose closes are not later than those of a day."""
    end = pl.Series([day]).dt.month_end()[0]
    later = [day + dt.timedelta(days=1 + number) for number in range((end - day).days)]
    is_session = [
        one.weekday() < 5 and not (one.month == 5 and one.weekday() == 0 and one.day > 24) for one in later
    ]
    return day.replace(day=1) - dt.timedelta(days=1) if any(is_session) else end


def _dates(known: pl.DataFrame, events: Sequence[Reconstitution]) -> pl.DataFrame:
    listed = {
        day: (fund, made) for day, fund, made in known.select("as_of", "fund", "snapshot_date").iter_rows()
    }
    days, held = sorted(listed), [event for event in events if event.status != "superseded"]
    rows = []
    for day in days:
        fund, made = listed[day]
        before, is_open = compared_with(day, days, listed)
        between = [
            event
            for event in held
            if before is not None and before < (event.effective_day or event.effective_month_end) <= day
        ]
        ranks = [event.rank_date for event in between]
        past = [event for event in held if event.effective_day is not None and event.effective_day <= day]
        first = past[-1].first_list_date if past else None
        rows.append(
            (
                day,
                before,
                "; ".join(dict.fromkeys(event.event for event in between)) or None,
                month_of_data(ranks[-1]) if ranks and ranks[-1] else None,
                fund,
                is_open,
                first is not None and made < first,
            )
        )
    schema = {"as_of": pl.Date, "previous_as_of": pl.Date, "expected_event": pl.String, "rank_month": pl.Date}
    schema |= {"fund": pl.String, "is_fund_unconfirmed": pl.Boolean, "is_reconstitution_pending": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def compared_with(
    day: dt.date, days: Sequence[dt.date], listed: dict[dt.date, tuple[str | None, dt.date]]
) -> tuple[dt.date | None, bool]:
    """Replay the lists up to a day: the one that its members are compared with, or that its fund is open."""
    accepted: list[dt.date] = []
    waiting: list[dt.date] = []
    for one in days[: days.index(day) + 1]:
        fund, made = listed[one]
        same = [other for other in waiting if listed[other][0] == fund]
        is_next = any(listed[other][1] < made for other in same)
        if not accepted or listed[accepted[-1]][0] == fund or is_next:
            accepted, waiting = [*accepted, one], []
        else:
            waiting = [*same, one]
    if accepted[-1] != day:
        return None, True
    return (accepted[-2] if len(accepted) > 1 else None), False


def _moved(known: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    known = known.filter(
        pl.col("as_of").is_in(dates.filter(~pl.col("is_fund_unconfirmed"))["as_of"].implode())
    )
    dates = dates.filter(~pl.col("is_fund_unconfirmed"))
    place = {day: number for number, day in enumerate(dates["as_of"])}
    numbered = known.select(
        *PAIR,
        "security_id",
        "ticker",
        "name",
        "sector",
        "weight",
        place=pl.col("as_of").replace_strict(place),
    )
    came = numbered.join(
        numbered.select("entity_id", place=pl.col("place") + 1), on=["entity_id", "place"], how="anti"
    )
    went = numbered.join(
        numbered.select("entity_id", place=pl.col("place") - 1), on=["entity_id", "place"], how="anti"
    )
    last = len(place) - 1
    days = dates["as_of"]
    return pl.concat(
        [
            came.filter(pl.col("place") > 0).with_columns(
                change=pl.lit("added"),
                previous_as_of=days.gather(came.filter(pl.col("place") > 0)["place"] - 1),
            ),
            went.filter(pl.col("place") < last).with_columns(
                change=pl.lit("removed"),
                previous_as_of=pl.col("as_of"),
                as_of=days.gather(went.filter(pl.col("place") < last)["place"] + 1),
            ),
        ],
        how="diagonal",
    ).drop("place")


def _with_turnover(moved: pl.DataFrame, dates: pl.DataFrame, rules: IndexRules) -> pl.DataFrame:
    limits = rules.reconstitution
    sums = moved.group_by("as_of").agg(
        additions=(pl.col("change") == "added").sum(),
        removals=(pl.col("change") == "removed").sum(),
        turnover=pl.col("weight").sum() / 2,
    )
    has_before = pl.col("previous_as_of").is_not_null()
    counted = dates.join(sums, on="as_of", how="left").with_columns(
        pl.when(has_before).then(pl.col(name).fill_null(0)) for name in ("additions", "removals", "turnover")
    )
    months = (
        (pl.col("as_of").dt.year() - pl.col("previous_as_of").dt.year()) * 12
        + pl.col("as_of").dt.month()
        - pl.col("previous_as_of").dt.month()
    )
    return counted.with_columns(
        is_reconstitution=pl.col("turnover")
        >= limits.min_turnover + limits.turnover_per_further_month * (months - 1).clip(0)
    )


def _sized(moved: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    sizes = known.select(
        "entity_id",
        "price_usd",
        size_as_of="as_of",
        # A suspect scale leaves the market value null already; here a stale record does.
        market_cap=pl.when(~pl.col("is_stale").fill_null(False)).then(pl.col("market_cap_usd")),
        holding=pl.when(pl.col("market_value_usd") > 0).then("market_value_usd"),
    )
    at_rank = moved.join(
        sizes.select("entity_id", rank_month="size_as_of"), on=["entity_id", "rank_month"], how="semi"
    ).select(*PAIR, was_there=pl.lit(True))
    day = (
        pl.when(pl.col("change") == "added")
        .then("as_of")
        .when(pl.col("was_there"))
        .then("rank_month")
        .otherwise("previous_as_of")
    )
    sized = (
        moved.join(at_rank, on=PAIR, how="left")
        .with_columns(size_as_of=day)
        .join(sizes, on=["size_as_of", "entity_id"], how="left")
    )
    sized = sized.with_columns(
        size_basis=pl.when(pl.col("market_cap").is_not_null())
        .then(pl.lit("market_cap"))
        .when(pl.col("holding").is_not_null())
        .then(pl.lit("holding")),
        size_usd=pl.coalesce("market_cap", "holding"),
    )
    members = known.select(*PAIR)
    pairs = sized.select("as_of", "previous_as_of", "size_as_of").unique()
    stayers = (
        pairs.join(members, on="as_of")
        .join(members.rename({"as_of": "previous_as_of"}), on=["previous_as_of", "entity_id"])
        .join(sizes.drop("price_usd"), on=["size_as_of", "entity_id"])
        .group_by("as_of", "size_as_of")
        .agg(pl.col("market_cap").drop_nulls().sort(), pl.col("holding").drop_nulls().sort())
    )
    beside = sized.join(stayers, on=["as_of", "size_as_of"], how="left", suffix="_of_others")
    others = (
        pl.when(pl.col("size_basis") == "market_cap")
        .then("market_cap_of_others")
        .otherwise("holding_of_others")
    )
    listed = beside.with_columns(others=others)
    below = [
        None if size is None or not values else bisect_right(values, size) / len(values)
        for size, values in listed.select("size_usd", "others").iter_rows()
    ]
    return listed.with_columns(size_quantile=pl.Series(below, dtype=pl.Float64)).drop(
        "others", "market_cap_of_others", "holding_of_others"
    )


def _explained(moved: pl.DataFrame, tables: Frames, rules: IndexRules, year: int) -> pl.DataFrame:
    is_near = pl.col("year").is_between(year - 2, year + 1)
    is_priced = pl.any_horizontal(
        pl.col(name).is_not_null() for name in ("close_usd", "adjusted_close_usd", "total_return")
    )
    prices = tables["raw.prices"].filter(is_near & is_priced).select("security_id", "date")
    lines = (
        tables["core.members"]
        .filter(pl.col("year").is_between(year - 1, year))
        .select("security_id", "entity_id")
        .unique()
    )
    spans = (
        prices.join(lines, on="security_id")
        .group_by("entity_id")
        .agg(first_price_date=pl.col("date").min(), last_price_date=pl.col("date").max())
    )
    days = prices.select("date").unique().sort("date")
    first_day, last_day = days["date"][0], days["date"][-1]
    dated = moved.sort("as_of").join_asof(
        days.rename({"date": "last_day"}), left_on="as_of", right_on="last_day", coalesce=False
    )
    later = [min((day for day in days["date"] if day > of), default=None) for of in dated["as_of"]]
    rows = dated.with_columns(next_day=pl.Series(later, dtype=pl.Date)).join(
        spans, on="entity_id", how="left"
    )
    limits, least = rules.changes, rules.eligibility
    went, came, share = pl.col("change") == "removed", pl.col("change") == "added", pl.col("size_quantile")
    first, last = pl.col("first_price_date"), pl.col("last_price_date")
    is_gone = (last < pl.col("last_day")) & (pl.col("as_of") < last_day)
    is_small = (
        (pl.col("price_usd") < least.min_price_usd)
        | (pl.col("market_cap") < least.min_market_cap_usd)
        | (share <= limits.below_minimum_quantile)
    )
    is_new = (first > pl.col("as_of").dt.offset_by(f"-{limits.ipo_months}mo")) & (
        first > pl.lit(first_day).dt.offset_by("1mo")
    )
    cause = (
        pl.when(went & is_gone)
        .then(pl.lit("delisted_or_acquired"))
        .when(went & (share >= limits.graduated_quantile))
        .then(pl.lit("graduated"))
        .when(went & is_small)
        .then(pl.lit("below_minimum"))
        .when(came & is_new)
        .then(pl.lit("ipo"))
        .when(came & (share >= limits.demoted_quantile))
        .then(pl.lit("demoted_in"))
        .otherwise(pl.lit("other"))
    )
    return rows.select(
        *(
            *PAIR,
            "previous_as_of",
            "change",
            "security_id",
            "ticker",
            "name",
            "sector",
            "weight",
            "size_as_of",
            "size_basis",
            "size_usd",
        ),
        *(
            "size_quantile",
            "price_usd",
            "first_price_date",
            "last_price_date",
            "is_reconstitution",
            "expected_event",
            "fund",
            "is_reconstitution_pending",
        ),
        year=pl.lit(year),
        cause=cause,
        cause_known_date=pl.when(cause == "delisted_or_acquired").then("next_day").otherwise("as_of"),
        evidence=pl.format(
            "{} to {}, {}",
            first.cast(pl.String).fill_null("?"),
            last.cast(pl.String).fill_null("?"),
            share.fill_null(-1.0),
        ),
        rule_set=pl.lit(rules.label),
    )


def effects(
    tables: Frames, rules: IndexRules, events: Sequence[Reconstitution], years: Sequence[int]
) -> pl.DataFrame:
    """Measure what additions earned beyond deletions around each event of the years.

    One event after the other, as there are few.
    """
    limits = rules.reconstitution
    members = tables["core.members"].select("year", *PAIR, "security_id")
    rows = []
    for event in events:
        day = event.effective_day
        if day is None or day.year not in years or event.status == "superseded":
            continue
        own = members.filter(pl.col("year") == day.year)
        days = sorted(own["as_of"].unique())
        before, after = (
            max((one for one in days if one < day), default=None),
            min((one for one in days if one >= day), default=None),
        )
        is_near = (
            before is not None
            and after is not None
            and (after - before).days <= limits.max_days_between_lists
        )
        old, new = own.filter(pl.col("as_of") == before), own.filter(pl.col("as_of") == after)
        sides = {
            "additions": new.join(old, on="entity_id", how="anti") if is_near else new.clear(),
            "deletions": old.join(new, on="entity_id", how="anti") if is_near else new.clear(),
        }
        month = pl.Series([day]).dt.month_end()
        begun = pl.Series([event.rank_date], dtype=pl.Date).dt.month_start()
        spans = {
            "rank_to_effective": (begun.dt.offset_by("1mo").dt.month_end()[0], month[0]),
            "after_effective": tuple(
                month.dt.month_start().dt.offset_by(f"{n}mo").dt.month_end()[0]
                for n in (1, limits.months_after)
            ),
        }
        for span, (first, last) in spans.items():
            row: dict[str, object] = {
                "event": event.event, "effective_date": day, "span": span, "rank_date": event.rank_date,
                "event_status": event.status, "previous_as_of": before,
                "as_of": after, "first_month": first, "last_month": last,
            }  # fmt: skip
            error = 0.0
            for side, companies in sides.items():
                earned = _earned(companies, tables["core.monthly_returns"], first, last)
                row |= {
                    side: companies.height,
                    f"{side}_with_returns": len(earned),
                    f"{side}_return": earned.mean(),
                }
                variance = earned.var()
                error += variance / len(earned) if isinstance(variance, float) else 0.0
            fewest = min(int(str(row[f"{side}_with_returns"])) for side in sides)
            is_enough = event.rank_date is not None and is_near and fewest >= limits.min_names
            row["effect"] = row["additions_return"] - row["deletions_return"] if is_enough else None  # type: ignore[operator]
            row["std_error"] = error**0.5 if is_enough else None
            row["status"], row["reason"] = (
                ("estimated", None) if is_enough else ("insufficient", "too few names")
            )
            rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _earned(companies: pl.DataFrame, returns: pl.DataFrame, first: object, last: object) -> pl.Series:
    if first is None:
        return pl.Series(dtype=pl.Float64)
    months = returns.filter(pl.col("month").is_between(pl.lit(first), pl.lit(last))).join(
        companies, on="security_id"
    )
    whole = months.group_by("entity_id").agg(
        pl.len().alias("months"), ((1 + pl.col("total_return")).product() - 1).alias("earned")
    )
    count = 12 * (last.year - first.year) + last.month - first.month + 1  # type: ignore[attr-defined]
    return whole.filter(pl.col("months") == count)["earned"]
