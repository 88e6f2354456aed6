"""A marimo notebook: from the installation to a first picture, and to the rules on a frame of one's own.

``make setup`` installs what it needs and ``make run`` makes the data; then ``.venv/bin/marimo edit
examples/first_picture.py`` opens it in the browser, and ``.venv/bin/python examples/first_picture.py`` runs it.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="smallcap: a first picture")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import smallcap

    return alt, mo, pl, smallcap


@app.cell
def _(mo, smallcap):
    # The home of `make run`, or the one that SMALLCAP_HOME names. All answers are of one publication.
    home = smallcap.open_home()
    date = home.dates()[-1]
    mo.md(f"**{home.about}**, as known on {date}")
    return date, home


@app.cell
def _(date, home, pl):
    # One row per member, method and basis. Missing data are never filled: an excluded row says why.
    quality = home.table("quality_scores", as_of=date).filter(method="published", basis="point_in_time")
    reasons = quality.group_by("exclusion_reason").len().sort("len", "exclusion_reason", descending=True)
    scored = quality.filter(pl.col("score").is_not_null())
    reasons
    return quality, reasons, scored


@app.cell
def _(alt, scored):
    # The first picture: what the five groups of the score look like.
    chart = (
        alt.Chart(scored.select("ticker", "roe", "debt_to_assets", "quintile", "score"))
        .mark_circle(size=40)
        .encode(
            x=alt.X("debt_to_assets:Q", title="Debt / assets", axis=alt.Axis(format="%")),
            y=alt.Y("roe:Q", title="Return on equity", axis=alt.Axis(format="%")),
            color=alt.Color("quintile:O", title="Quintile, 5 is best", scale=alt.Scale(scheme="viridis")),
            tooltip=["ticker", "score", "quintile"],
        )
        .properties(width=560, height=360, title="Do the best quintiles earn more with less debt?")
    )
    chart
    return (chart,)


@app.cell
def _(date, home, quality):
    # One company: who it is, five years, the filters that it does not pass, and why.
    best = quality.sort("score", descending=True, nulls_last=True)["ticker"][0]
    company = home.company(best, date)
    company
    return best, company


@app.cell
def _(quality, smallcap):
    # The same rules on a frame of one's own, here of pandas: what if every company owed twice as much?
    own = quality.to_pandas()
    own["debt_to_assets"] = 2 * own["debt_to_assets"]
    rescored = smallcap.score(own)
    moved = rescored.assign(before=quality["quintile"].to_pandas())[["ticker", "before", "quintile"]].dropna()
    moved[moved["before"] != moved["quintile"]].head(10)
    return (rescored,)


@app.cell
def _(home):
    # Any SELECT, with parameters.
    sectors = home.sql(
        """
        SELECT sector, count(*) AS members, median(score) AS median_score
        FROM marts.latest_quality GROUP BY sector HAVING count(*) >= $least ORDER BY median_score DESC
        """,
        least=5,
    )
    sectors
    return (sectors,)


@app.cell
def _(home):
    home.close()
    return


if __name__ == "__main__":
    app.run()
