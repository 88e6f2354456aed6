"""The event study of reconstitutions as a bare script: Polars and NumPy over all events at once.

It reads the calendar's file with csv, and shares only names with smallcap.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

FACTORS = ["mkt_rf", "smb", "hml", "rmw", "cma"]
GROUP_OF = {
    "demoted_in": "from_above",
    "ipo": "new_listing",
    "graduated": "graduated",
    "below_minimum": "too_small",
}
KEY = ["event", "group", "window", "adjustment"]
ADJUSTMENTS = ("none", "index", "five_factor")
DAY = dt.timedelta(days=1)
LONGEST_GAP, MONTHS, LEAST_MONTHS = 65, 60, 24


def _number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _at(column: str) -> pl.Expr:
    return (pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month() - 1).alias("at")


def _first_day(number: int) -> dt.date:
    return dt.date(number // 12, number % 12 + 1, 1)


def study(tables: dict[str, pl.DataFrame], calendar: Path) -> pl.DataFrame:
    """Measure every event of which two lists are known: one row per event, group, window and adjustment.

    Parameters
    ----------
    tables
        core.members, marts.index_changes, raw.prices, core.monthly_returns, raw.securities and
        core.factors_monthly by their names.
    calendar
        The file of reconstitutions.
    """
    members, returns = tables["core.members"], tables["core.monthly_returns"]
    events = _events(members, calendar)
    last_month = returns["month"].max()
    windows = _windows(events, _number(last_month))  # type: ignore[arg-type]
    earned = returns.select(_at("month"), "security_id", r="total_return").drop_nulls()
    factors = tables["core.factors_monthly"].select(_at("month"), *FACTORS, "rf")
    names = _grouped(_names(events, members), events, tables, earned)
    index = _index(members, earned, windows["at"].unique())
    abnormal = _abnormal(names, windows, earned, index, factors, _loadings(names, events, earned, factors))
    return _rows(names, windows, abnormal, _turnover(names))


def pooled(events: pl.DataFrame, days: pl.DataFrame, least: int, level: float) -> pl.DataFrame:
    """Average the events up to each day, by group, window and adjustment; test the mean by scipy.

    Parameters
    ----------
    events
        What `study` gives.
    days
        `event` and `effective_date`.
    least, level
        Fewest events; level of the interval.
    """
    long = (
        events.unpivot(["mean_return", "fund_cost"], index=KEY, variable_name="measure", value_name="value")
        .drop_nulls("value")
        .join(days, on="event")
    )
    measured = events.join(days, on="event").rename({"effective_date": "through_effective_date"})
    there = measured.select("through_effective_date", "window").unique()
    # After its last window an event is known, also where it has no announcement day.
    is_over = there.filter(window="after_effective").select("through_effective_date")
    over = pl.concat([there, is_over.join(there.select("window").unique(), how="cross")]).unique()
    through = days.select(through_effective_date=pl.col("effective_date").unique())
    summed = (
        through.join(long, how="cross")
        .filter(pl.col("effective_date") <= pl.col("through_effective_date"))
        .group_by("through_effective_date", *KEY[1:], "measure")
        .agg(
            events=pl.len().cast(pl.Int64),
            estimate=pl.col("value").mean(),
            std_error=pl.col("value").std() / pl.len().sqrt(),
        )
        .filter(pl.col("events") >= least)
        # A window of the newest event that is not over has no row.
        .join(over, on=["through_effective_date", "window"], how="semi")
        .with_columns(t_stat=pl.col("estimate") / pl.col("std_error"))
    )
    freedom = summed["events"].to_numpy() - 1
    reach = pl.Series(stats.t.ppf(0.5 + level / 2, freedom)) * summed["std_error"]
    return summed.with_columns(
        p_value=pl.Series(2 * stats.t.sf(np.abs(summed["t_stat"].to_numpy()), freedom)),
        ci_low=summed["estimate"] - reach,
        ci_high=summed["estimate"] + reach,
    )


# -- events and windows


def _events(members: pl.DataFrame, calendar: Path) -> pl.DataFrame:
    dates = members.select("as_of", "fund", "snapshot_date").unique("as_of")
    rows = []
    with calendar.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["status"] == "superseded" or not row["first_list_date"]:
                continue
            rank, announced, effective, settled = (
                dt.date.fromisoformat(row[f"{name}_date"]) if row[f"{name}_date"] else None
                for name in ("rank", "announcement", "effective", "first_list")
            )
            lists = (
                dates.group_by("fund")
                .agg(
                    before=pl.col("as_of").filter(pl.col("snapshot_date") < effective).max(),
                    after=pl.col("as_of")
                    .filter((pl.col("snapshot_date") >= settled) & (pl.col("as_of") >= settled))
                    .min(),
                )
                .with_columns(gap=(pl.col("after") - pl.col("before")).dt.total_days())
                .filter(pl.col("gap") <= LONGEST_GAP)
                .sort("gap", "before", "after")
            )
            if lists.height:
                before, after = lists.select("before", "after").row(0)
                rows.append((row["event"], rank, announced, effective, before, after))
    schema = ("event", "rank", "announced", "effective", "before", "after")
    return pl.DataFrame(
        rows, schema={name: pl.String if name == "event" else pl.Date for name in schema}, orient="row"
    )


def _windows(events: pl.DataFrame, last_month: int) -> pl.DataFrame:
    """List the months of each event's windows that are over, with returns and the list after it."""
    rows = []
    for one in events.iter_rows(named=True):
        last, rank, ranked = _number(one["effective"]), _number(one["rank"]), _data_month(one["rank"])
        spans = {
            "before_rank": (ranked - 2, ranked),
            "rank_to_effective": (rank + 1, last),
            "effective_month": (last, last),
            "after_effective": (last + 1, last + 2),
        }
        if one["announced"]:
            told = _number(one["announced"])
            spans["announcement_month"] = (told, told)
            if told < last:
                spans["announcement_to_effective"] = (told + 1, last)
        rows += [
            (one["event"], window, at)
            for window, (first, end) in spans.items()
            if max(end, _number(one["after"]) + 1) <= last_month
            for at in range(first, end + 1)
        ]
    return pl.DataFrame(rows, schema={"event": pl.String, "window": pl.String, "at": pl.Int64}, orient="row")


def _data_month(day: dt.date) -> int:
    """The month of the day, if no session is left in it; else the month before."""
    rest = [day + n * DAY for n in range(1, (_first_day(_number(day) + 1) - day).days)]
    sessions = [one for one in rest if one.weekday() < 5]
    is_over = all(one.month == 5 and one.weekday() == 0 and one.day > 24 for one in sessions)
    return _number(day) - (0 if is_over else 1)


# -- names


def _names(events: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    lists = members.select("as_of", "entity_id", "security_id", "weight")
    sides = []
    for change, own, other in (("added", "after", "before"), ("removed", "before", "after")):
        there = events.select("event", "rank", "before", "after").join(lists, left_on=own, right_on="as_of")
        also = events.select("event", as_of=other).join(lists, on="as_of").select("event", "entity_id")
        sides.append(
            there.select(*([name for name in there.columns if name not in ("before", "after")]))
            .join(also, on=["event", "entity_id"], how="anti")
            .with_columns(change=pl.lit(change))
        )
    return pl.concat(sides)


def _grouped(
    names: pl.DataFrame, events: pl.DataFrame, tables: dict[str, pl.DataFrame], earned: pl.DataFrame
) -> pl.DataFrame:
    last_change = (
        tables["marts.index_changes"]
        .select("as_of", "entity_id", "change", "cause", "size_quantile")
        .join(events.select("event", "before", "after"), how="cross")
        .filter(pl.col("as_of") > pl.col("before"), pl.col("as_of") <= pl.col("after"))
        .sort("as_of")
        .group_by("event", "entity_id", "change")
        .last()
        .select("event", "entity_id", "change", "cause", "size_quantile")
    )
    told = tables["raw.securities"].drop_nulls("delisting_cause").sort("valid_from")
    closes = tables["raw.prices"].drop_nulls("close_usd").sort("date")
    ends = earned.with_columns(last=pl.col("at").max().over("security_id"))
    year = ends.filter(pl.col("at") > pl.col("last") - 12)
    line = "security_id"
    known = (
        names.join(last_change, on=["event", "entity_id", "change"], how="left")
        .join(told.group_by(line).agg(said=pl.col("delisting_cause").last()), on=line, how="left")
        .join(closes.group_by(line).agg(close=pl.col("close_usd").last()), on=line, how="left")
        .join(year.group_by(line).agg(fell=(1 + pl.col("r")).product() - 1), on=line, how="left")
    )
    cause = pl.col("cause")
    by_price = (
        pl.when(pl.col("close").is_null() & pl.col("fell").is_null())
        .then(pl.lit("deletion_unknown"))
        .when((pl.col("close") < 1.0).fill_null(False) | (pl.col("fell") < -0.5).fill_null(False))
        .then(pl.lit("failed"))
        .otherwise(pl.lit("acquired"))
    )
    group = (
        pl.when(cause.is_in(list(GROUP_OF)).fill_null(False))
        .then(cause.replace(GROUP_OF))
        .when(change="added")
        .then(
            pl.when((cause == "other").fill_null(False) & pl.col("size_quantile").is_not_null())
            .then(pl.lit("from_below"))
            .otherwise(pl.lit("addition_unknown"))
        )
        .when(cause.ne_missing("delisted_or_acquired"))
        .then(pl.lit("deletion_unknown"))
        .when(said="performance")
        .then(pl.lit("failed"))
        .when(said="acquired")
        .then(pl.lit("acquired"))
        .otherwise(by_price)
    )
    return known.select("event", "rank", "change", line, "weight", group.alias("group"))


def _turnover(names: pl.DataFrame) -> pl.DataFrame:
    return names.group_by("event").agg(turnover=pl.col("weight").sum() / 2)


# -- returns of names


def _index(members: pl.DataFrame, earned: pl.DataFrame, months: pl.Series) -> pl.DataFrame:
    """Return the index's return of each month, by the weights of the newest list before it."""
    begun = pl.DataFrame({"at": months.sort()}).with_columns(
        begun=pl.date(pl.col("at") // 12, pl.col("at") % 12 + 1, 1) - pl.duration(days=1)
    )
    dates = members.select(pl.col("as_of").unique().sort()).with_columns(begun="as_of")
    listed = begun.join_asof(dates, on="begun", tolerance="31d").drop_nulls("as_of")
    held = listed.join(members.select("as_of", "security_id", "weight"), on="as_of").join(
        earned, on=["at", "security_id"]
    )
    return held.group_by("at").agg(index=(pl.col("r") * pl.col("weight")).sum() / pl.col("weight").sum())


def _loadings(
    names: pl.DataFrame, events: pl.DataFrame, earned: pl.DataFrame, factors: pl.DataFrame
) -> pl.DataFrame:
    """Fit each name's five factors over the sixty months before the month of its rank day."""
    wide = factors.drop_nulls().join(events.select("event", ranked=_at("rank")), how="cross")
    used = wide.filter(pl.col("at") < pl.col("ranked"), pl.col("at") >= pl.col("ranked") - MONTHS)
    rows = (
        names.select("event", "security_id")
        .unique()
        .join(used, on="event")
        .join(earned, on=["at", "security_id"])
        .filter(pl.len().over("event", "security_id") >= LEAST_MONTHS)
        .sort("event", "security_id")
    )
    found = []
    lengths = rows.group_by("event", "security_id", maintain_order=True).len()
    explaining = np.column_stack([np.ones(rows.height), rows.select(FACTORS).to_numpy()])
    explained = (rows["r"] - rows["rf"]).to_numpy()
    start = 0
    for count in lengths["len"]:
        span = slice(start, start + count)
        found.append(np.linalg.lstsq(explaining[span], explained[span], rcond=None)[0][1:])
        start += count
    fitted = pl.DataFrame(np.array(found).reshape(-1, 5), schema=[f"b_{name}" for name in FACTORS])
    return lengths.drop("len").hstack(fitted)


def _abnormal(
    names: pl.DataFrame,
    windows: pl.DataFrame,
    earned: pl.DataFrame,
    index: pl.DataFrame,
    factors: pl.DataFrame,
    loadings: pl.DataFrame,
) -> pl.DataFrame:
    """Compound each name's months of each window, and what the index and its factors gave in them."""
    expected = pl.sum_horizontal(
        "rf", *(pl.col(f"b_{name}") * pl.col(name) for name in FACTORS), ignore_nulls=False
    )
    months = (
        names.join(windows, on="event")
        .join(earned, on=["at", "security_id"])
        .join(index, on="at", how="left")
        .join(factors, on="at", how="left")
        .join(loadings, on=["event", "security_id"], how="left")
        .with_columns(expected=expected)
    )
    grown = months.group_by("event", "window", "change", "group", "security_id").agg(
        own=(1 + pl.col("r")).product(),
        of_index=pl.when(pl.col("index").is_not_null().all()).then((1 + pl.col("index")).product()),
        of_factors=pl.when(pl.col("expected").is_not_null().all()).then((1 + pl.col("expected")).product()),
    )
    return grown.select(
        *("event", "window", "change", "group"),
        none=pl.col("own") - 1,
        index=pl.col("own") - pl.col("of_index"),
        five_factor=pl.col("own") - pl.coalesce("of_factors", "of_index"),
    )


# -- rows


def _rows(
    names: pl.DataFrame, windows: pl.DataFrame, abnormal: pl.DataFrame, turnover: pl.DataFrame
) -> pl.DataFrame:
    """Average the groups, both sides, and the difference of the sides."""
    side = pl.col("change").replace({"added": "additions", "removed": "deletions"}).alias("group")
    counted = pl.concat([names.select("event", "group"), names.select("event", side)])
    counts = counted.group_by("event", "group").agg(names=pl.len().cast(pl.Int64))
    spans = windows.select("event", "window").unique()
    both = pl.concat(
        [
            abnormal.select("event", "window", "group", *ADJUSTMENTS),
            abnormal.select("event", "window", side, *ADJUSTMENTS),
        ]
    ).unpivot(ADJUSTMENTS, index=["event", "window", "group"], variable_name="adjustment", value_name="r")
    means = both.group_by("event", "window", "group", "adjustment").agg(
        names_with_returns=pl.len().cast(pl.Int64), mean_return=pl.col("r").mean()
    )
    rows = counts.join(spans, on="event").join(means, on=["event", "window", "group"])
    of_sides = rows.filter(pl.col("group").is_in(["additions", "deletions"]))
    pair = ["event", "window", "adjustment"]
    difference = (
        of_sides.filter(group="additions")
        .join(of_sides.filter(group="deletions"), on=pair, suffix="_less")
        .join(turnover, on="event")
        .with_columns(
            pl.lit("additions_less_deletions").alias("group"),
            pl.col("names") + pl.col("names_less"),
            pl.col("names_with_returns") + pl.col("names_with_returns_less"),
            pl.col("mean_return") - pl.col("mean_return_less"),
        )
        .with_columns(
            fund_cost=pl.when(pl.col("adjustment") != "none").then(pl.col("turnover") * pl.col("mean_return"))
        )
    )
    wanted = [*KEY, "names", "names_with_returns", "mean_return", "fund_cost"]
    plain = rows.with_columns(fund_cost=pl.lit(None, pl.Float64))
    return pl.concat([plain.select(wanted), difference.select(wanted)]).drop_nulls("mean_return")
