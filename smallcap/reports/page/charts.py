"""The charts of a report, each for a screen and for a phone, of figures that its tables show as well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from smallcap.characters import REPLACEMENT, without_forbidden
from smallcap.reports.page.formats import MISSING, integer, number, percent, words
from smallcap.reports.page.svg import COLOURS, Picture, draw

if TYPE_CHECKING:
    import altair as alt

QUINTILES = [COLOURS[f"q{quintile}"] for quintile in range(1, 6)]
SERIES = [COLOURS[f"s{position}"] for position in range(1, 5)]
STATUS_COLOURS = {"passed": COLOURS["good"], "to verify": COLOURS["amber"], "failed": COLOURS["bad"]}
WIDE, NARROW = 680, 300
"""Widths of the plotting area; with axes a chart fits a column of text, or a phone."""
MARGIN_LIMITS, DEBT_LIMITS = (-0.6, 0.6), (0.0, 1.0)
"""What the scatter shows of either axis; companies beyond are drawn at its edge."""
TERMS = ["Mkt-RF", "SMB", "HML", "RMW", "CMA", "MOM"]
LONGEST_LABEL = 80
"""Characters of a name from outside; an axis or a legend has room for half of them."""
NOT_DRAWN = Markup(
    '<p class="sentence">This picture could not be drawn ({}). Its figures are in the tables and '
    "in the CSV files.</p>"
)

_BEYOND = re.compile("[\U00010000-\U0010ffff]")


def quality_scatter(scores: pl.DataFrame, quintiles: pl.DataFrame) -> Picture | None:
    """Draw debt/assets against free cash flow margin: one point per company, and the medians of quintiles.

    Parameters
    ----------
    scores
        Rows of `quality_scores`.
    quintiles
        Rows of `quality_quintiles`, of the same basis.
    """
    if scores.is_empty():
        return None
    inside = pl.col("fcf_margin").is_between(*MARGIN_LIMITS) & pl.col("debt_to_assets").is_between(
        *DEBT_LIMITS
    )
    beyond = scores.filter(~inside).height
    points = scores.select("debt_to_assets", "fcf_margin", "quintile")
    medians = quintiles.select(
        "quintile",
        debt_to_assets="debt_to_assets_median",
        fcf_margin="fcf_margin_median",
        label=pl.format("Q{}", "quintile"),
    )
    best, worst = (medians.filter(pl.col("quintile") == quintile).row(0, named=True) for quintile in (5, 1))
    description = (
        f"{scores.height:,} scored companies, debt over assets across, free cash flow margin up. "
        f"The median of the best quintile "
        f"owes {percent(best['debt_to_assets'])} of its assets and keeps "
        f"{percent(best['fcf_margin'])} of revenue as free cash flow, "
        f"that of the worst {percent(worst['debt_to_assets'])} and {percent(worst['fcf_margin'])}."
    )
    if beyond:
        description += f" {beyond:,} companies lie beyond the axes and are drawn at the edge."
    title = "Debt and cash flow by quintile of the quality score"
    return _picture("quality-scatter", title, description, lambda width: _scatter(points, medians, width))


def attrition(steps: pl.DataFrame) -> Picture | None:
    """Draw what became of the companies that entered each filter, from rows of `funnel_attrition`."""
    filters = steps.filter(pl.col("filter_number") <= 6)
    if filters.is_empty():
        return None
    rows = filters.select(
        "filter_number", "entered", "left", pl.col("filter_name").alias("name"), "passed", "verify", "failed"
    )
    last = rows.row(-1, named=True)
    members = filters["members"][0]
    description = (
        f"Of {members:,} members {last['left']:,} are failed by none of the six filters. "
        + " ".join(
            f"{words(row['name']).capitalize()} leaves {row['left']:,} of {row['entered']:,}."
            for row in rows.iter_rows(named=True)
        )
    )
    return _picture(
        "attrition", "What each filter leaves", description, lambda width: _attrition(rows, width)
    )


def loadings(rows: pl.DataFrame) -> Picture | None:
    """Draw each book's loadings with 95% intervals, from `book_loadings` of one model and covariance."""
    estimated = rows.filter((pl.col("status") == "estimated") & pl.col("term").is_in(TERMS))
    if estimated.is_empty():
        return None
    books = estimated["book"].unique(maintain_order=True).to_list()
    drawn = estimated.filter(pl.col("book").is_in(books[: len(SERIES)]))
    told = " ".join(
        (
            f"Book {words(book)}: "
            f"{', '.join(_loading_in_words(row) for row in drawn.filter(book=book).to_dicts())}."
        )
        for book in books[: len(SERIES)]
    )
    description = (
        f"A point is a loading, its line the 95% interval; a line that crosses zero is no tilt one can "
        f"be sure of. {told}"
    )
    codes = pl.col("book").replace_strict(books, list(range(len(books))))
    coded = drawn.select(codes.alias("code"), "term", "estimate", "ci_low", "ci_high")
    names = [book.replace("_", " ") for book in books[: len(SERIES)]]
    return _picture(
        "loadings", "Factor loadings of the books", description, lambda width: _loadings(coded, names, width)
    )


def sectors(rows: pl.DataFrame) -> Picture | None:
    """Draw the weight of each sector, from rows of `index_sectors`."""
    weighed = rows.filter(pl.col("weight").is_not_null())
    if weighed.is_empty():
        return None
    heaviest = ", ".join(f"{row['sector']} {percent(row['weight'])}" for row in weighed.head(3).to_dicts())
    description = f"The heaviest of {weighed.height} sectors: {heaviest}."
    names = weighed["sector"].to_list()
    told = pl.col("weight").map_elements(percent, return_dtype=pl.String)
    bars = weighed.select(pl.int_range(pl.len()).alias("code"), "weight", told=told)
    return _picture("sectors", "Weight of the sectors", description, lambda width: _bars(bars, names, width))


def _loading_in_words(row: dict[str, Any]) -> str:
    return f"{row['term']} {number(row['estimate'])} ({number(row['ci_low'])} to {number(row['ci_high'])})"


def coverage_history(coverage: pl.DataFrame) -> Picture | None:
    """Draw members, those with a fresh record and those scored over time, from rows of `coverage`.

    One date makes no line.
    """
    if coverage.height < 2:
        return None
    series = {"members": "members", "fresh_fundamentals": "with a fresh record", "screened": "scored"}
    rows = coverage.select("as_of", *(pl.col(column).alias(name) for column, name in series.items()))
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    description = (
        f"From {first['as_of']} to {last['as_of']}: members {integer(first['members'])} to "
        f"{integer(last['members'])}, with a fresh record "
        f"{integer(first['with a fresh record'])} to {integer(last['with a fresh record'])}, "
        f"scored {integer(first['scored'])} to "
        f"{integer(last['scored'])}."
    )
    long = rows.unpivot(index="as_of", variable_name="what", value_name="companies")
    title = "Members that could be screened, date by date"
    return _picture("coverage", title, description, lambda width: _lines(long, list(series.values()), width))


def _picture(name: str, title: str, description: str, chart: Callable[[int], alt.TopLevelMixin]) -> Picture:
    description = without_forbidden(description)
    try:
        wide, narrow = (
            draw(chart(width).to_dict(), f"{name}-{size}", title, description)
            for width, size in ((WIDE, "wide"), (NARROW, "narrow"))
        )
    # of the engine, Altair or Polars, each with its own: a report without a picture is still a report
    except Exception as error:
        wide = narrow = NOT_DRAWN.format(type(error).__name__)
    return Picture(name, title, description, wide, narrow)


def _labels(names: Sequence[str | None]) -> str:
    """Write the expression that shows a code, the place of a name in a list, as the name.

    The engine refuses a text such as ``constructor`` wherever it compiles one into a program; behind a mark
    it is a text like any other. It shortens labels between the two halves of characters beyond U+FFFF, and
    fails: those are replaced.
    """
    plain = [_BEYOND.sub(REPLACEMENT, without_forbidden(name or MISSING)) for name in names]
    marked = [f"={name[:LONGEST_LABEL]}" for name in plain]
    return f"slice({json.dumps(marked)}[datum.value], 1)"


def _scatter(points: pl.DataFrame, medians: pl.DataFrame, width: int) -> alt.TopLevelMixin:
    import altair as alt

    percents = alt.Axis(format="%", tickCount=6)
    across = alt.X(
        "debt_to_assets:Q",
        title="debt / assets",
        scale=alt.Scale(domain=DEBT_LIMITS, clamp=True),
        axis=percents,
    )
    up = alt.Y(
        "fcf_margin:Q",
        title="free cash flow margin",
        scale=alt.Scale(domain=MARGIN_LIMITS, clamp=True),
        axis=percents,
    )
    legend = alt.Legend(
        title="quintile, 5 is best",
        orient="top",
        direction="horizontal",
        symbolType="circle",
        symbolOpacity=1,
    )
    colour = alt.Color("quintile:O", scale=alt.Scale(domain=[1, 2, 3, 4, 5], range=QUINTILES), legend=legend)
    zero = (
        alt.Chart(pl.DataFrame({"zero": [0.0]}))
        .mark_rule(color=COLOURS["muted"], strokeDash=[3, 3])
        .encode(y="zero:Q")
    )
    cloud = (
        alt.Chart(points)
        .mark_circle(size=26 if width == WIDE else 16, opacity=0.55)
        .encode(across, up, colour)
    )
    marks = alt.Chart(medians).mark_point(
        shape="diamond", size=190, filled=True, stroke=COLOURS["paper"], strokeWidth=1.5, opacity=1
    )
    labels = alt.Chart(medians).mark_text(
        dx=12, align="left", fontWeight="bold", fontSize=12, color=COLOURS["ink"]
    )
    medians_layer = marks.encode(across, up, colour) + labels.encode(across, up, alt.Text("label:N"))
    return _dressed(
        (zero + cloud + medians_layer).properties(width=width, height=400 if width == WIDE else 320)
    )


def _attrition(rows: pl.DataFrame, width: int) -> alt.TopLevelMixin:
    import altair as alt

    named = rows.with_columns(
        label=pl.format("{} {}", "filter_number", pl.col("name").str.replace("_", " ")),
        told=pl.col("left").map_elements(lambda left: f"{left:,} left", return_dtype=pl.String),
    )
    long = named.rename({"verify": "to verify"}).unpivot(
        on=list(STATUS_COLOURS),
        index=["label", "filter_number"],
        variable_name="outcome",
        value_name="companies",
    )
    order = {name: position for position, name in enumerate(STATUS_COLOURS)}
    long = long.with_columns(position=pl.col("outcome").replace_strict(order, return_dtype=pl.Int64))
    labels = named["label"].to_list()
    up = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=110, ticks=False, domain=False))
    top = max(named["entered"].to_list())
    across = alt.X(
        "companies:Q",
        title="companies that entered the filter",
        scale=alt.Scale(domain=[0, top * 1.18], nice=False),
        axis=alt.Axis(tickCount=4),
    )
    legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square")
    colour = alt.Color(
        "outcome:N",
        scale=alt.Scale(domain=list(STATUS_COLOURS), range=list(STATUS_COLOURS.values())),
        legend=legend,
    )
    bars = (
        alt.Chart(long)
        .mark_bar(height={"band": 0.68})
        .encode(across, up, colour, order=alt.Order("position:Q"))
    )
    numbers = alt.Chart(named).mark_text(align="left", dx=6, color=COLOURS["ink"], fontSize=12)
    return _dressed(
        (bars + numbers.encode(alt.X("entered:Q"), up, alt.Text("told:N"))).properties(
            width=width, height=230
        )
    )


def _loadings(rows: pl.DataFrame, names: Sequence[str], width: int) -> alt.TopLevelMixin:
    import altair as alt

    terms = [term for term in TERMS if term in rows["term"].to_list()]
    books = list(range(len(names)))
    up = alt.Y("term:N", sort=terms, title=None, axis=alt.Axis(ticks=False, domain=False, grid=False))
    offset = alt.YOffset("code:N", sort=books)
    columns = 3 if width == WIDE else 1
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=columns,
        labelExpr=_labels(names),
        labelLimit=260,
        symbolType="circle",
    )
    colour = alt.Color("code:N", scale=alt.Scale(domain=books, range=SERIES[: len(books)]), legend=legend)
    zero = (
        alt.Chart(pl.DataFrame({"zero": [0.0]}))
        .mark_rule(color=COLOURS["muted"], strokeDash=[3, 3])
        .encode(x="zero:Q")
    )
    base = alt.Chart(rows)
    low = alt.X("ci_low:Q", title="loading, 95% interval", axis=alt.Axis(tickCount=6))
    intervals = base.mark_rule(strokeWidth=2).encode(low, alt.X2("ci_high:Q"), up, colour, offset)
    points = base.mark_circle(size=70, opacity=1).encode(alt.X("estimate:Q"), up, colour, offset)
    return _dressed((zero + intervals + points).properties(width=width, height=48 * len(terms)))


def _bars(rows: pl.DataFrame, names: Sequence[str | None], width: int) -> alt.TopLevelMixin:
    import altair as alt

    axis = alt.Axis(labelExpr=_labels(names), labelLimit=160, ticks=False, domain=False)
    up = alt.Y("code:N", sort=rows["code"].to_list(), title=None, axis=axis)
    top = max(rows["weight"].to_list())
    scale = alt.Scale(domain=[0, top * 1.12], nice=False)
    across = alt.X(
        "weight:Q", title="share of the index", scale=scale, axis=alt.Axis(format="%", tickCount=5)
    )
    base = alt.Chart(rows)
    bars = base.mark_bar(height={"band": 0.68}, color=COLOURS["accent"]).encode(across, up)
    numbers = base.mark_text(align="left", dx=6, color=COLOURS["ink"], fontSize=12).encode(
        across, up, alt.Text("told:N")
    )
    return _dressed(
        (bars + numbers).properties(width=width if width == WIDE else width - 60, height=26 * rows.height)
    )


def _lines(rows: pl.DataFrame, names: list[str], width: int) -> alt.TopLevelMixin:
    import altair as alt

    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=3 if width == WIDE else 2,
        symbolType="stroke",
    )
    colour = alt.Color("what:N", scale=alt.Scale(domain=names, range=SERIES[: len(names)]), legend=legend)
    across = alt.X("as_of:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap=True))
    up = alt.Y("companies:Q", title="companies", scale=alt.Scale(zero=True))
    chart = (
        alt.Chart(rows).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14)).encode(across, up, colour)
    )
    return _dressed(chart.properties(width=width, height=220))


def _dressed(chart: alt.LayerChart | alt.Chart) -> alt.TopLevelMixin:
    """Give a chart the page's type and colours."""
    plain = chart.configure(
        background="transparent", aria=False, font="sans-serif", padding=4
    ).configure_view(stroke=None)
    dressed: alt.TopLevelMixin = plain.configure_axis(
        labelColor=COLOURS["muted"],
        titleColor=COLOURS["ink"],
        titleFontWeight="normal",
        labelFontSize=12,
        titleFontSize=12,
        gridColor=COLOURS["grid"],
        domainColor=COLOURS["grid"],
        tickColor=COLOURS["grid"],
    ).configure_legend(
        labelColor=COLOURS["ink"],
        titleColor=COLOURS["ink"],
        titleFontWeight="normal",
        labelFontSize=12,
        titleFontSize=12,
    )
    return dressed
