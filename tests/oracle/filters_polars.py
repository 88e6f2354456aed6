"""The six filters in bare Polars: rules of one filter as expressions, and the verdict that they come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.limits import Limit
from smallcap.rules.types.shariah import ShariahRules

FILTERS = ("business", "shariah", "balance_sheet", "income", "cash_flow", "value")
PASS, FAIL, VERIFY, NOT_APPLICABLE = range(4)
STATUSES = ("pass", "fail", "verify", "not_applicable")
GATES = (
    "no annual record is visible",
    "the visible annual record is stale",
    "the visible annual record may be in the wrong unit",
    "fewer consecutive years are known than are needed for any verdict",
    "fewer consecutive years are known than are needed to pass",
    "cannot be asked of this kind of company",
)
MULTIPLES = ("pb", "pe", "p_fcf")
FORMS = ("accruals_cash_flow", "accruals_balance_sheet")
CODES = ("sic", "gics", "sector", "company_kind")
NOTHING = pl.lit(None, dtype=pl.Float64)


@dataclass(frozen=True)
class Rule:
    """One rule: whether it holds, its figure and threshold, when a pass is narrow, and the text of a failure.

    Null means unknown.
    """

    measure: str
    holds: pl.Expr
    value: pl.Expr
    threshold: pl.Expr
    is_narrow: pl.Expr
    broken: str
    is_upper: bool = False
    of_rule: str = ""


def judged(
    rows: pl.DataFrame,
    rules: Sequence[Rule],
    not_asked: Mapping[str, Sequence[str]],
    *,
    over_years: bool = False,
) -> pl.DataFrame:
    """Judge every row by one filter: code, status, deciding rule with its figure, reason.

    And the figure of each rule.

    Parameters
    ----------
    rows
        Members with `gate` and `too_few` beside what the rules ask for.
    rules
        The rules; the first broken one decides, else the first unknown, else the first narrow one.
    not_asked
        By kind of company, the measures of rules that it is not asked.
    over_years
        Whether fewer years than required prevent a pass.
    """
    numbers = range(len(rules))
    names = [rule.of_rule or rule.measure for rule in rules]
    left = {
        kind: [i for i, name in enumerate(names) if name not in measures]
        for kind, measures in not_asked.items()
    }
    rules = [
        _asked_of_others(rule, [kind for kind in left if i not in left[kind]]) for i, rule in enumerate(rules)
    ]
    counted = [i for i in numbers if not rules[i].of_rule]
    first = {kind: own[0] if own else 0 for kind, own in left.items()}
    unasked = {kind: len(counted) - len([i for i in own if i in counted]) for kind, own in left.items()}
    is_shut_out = pl.col("company_kind").is_in([kind for kind, own in left.items() if not own])
    known = rows.select(
        is_shut_out.fill_null(False).alias("is_shut_out"),
        _by_kind(first).alias("first_rule"),
        _by_kind(unasked).alias("rules_not_asked"),
        pl.when(pl.col("gate") > 0)
        .then("gate")
        .when(pl.lit(over_years) & (pl.col("too_few") == 2))
        .then(4)
        .otherwise(0)
        .alias("gate"),
        (pl.lit(over_years) & (pl.col("too_few") == 1)).alias("is_short"),
        *(rule.holds.alias(f"holds{i}") for i, rule in enumerate(rules)),
        *((rule.holds & rule.is_narrow).alias(f"narrow{i}") for i, rule in enumerate(rules)),
        *(rule.value.cast(pl.Float64).alias(f"value{i}") for i, rule in enumerate(rules)),
        *(rule.threshold.cast(pl.Float64).alias(f"threshold{i}") for i, rule in enumerate(rules)),
    ).with_columns(
        _bits([~pl.col(f"holds{i}") for i in numbers]).alias("broken"),
        _bits([pl.col(f"holds{i}").is_null() for i in numbers]).alias("unknown"),
        _bits([pl.col(f"narrow{i}") for i in numbers]).alias("narrow"),
    )
    states = (
        (pl.col("is_shut_out"), NOT_APPLICABLE, 3, pl.lit(0), pl.lit(len(GATES))),
        (pl.col("gate") > 0, VERIFY, 3, pl.lit(0), pl.col("gate")),
        (pl.col("broken") > 0, FAIL, 1, pl.col("broken"), pl.col("broken")),
        (pl.col("unknown") > 0, VERIFY, 2, pl.col("unknown"), pl.col("unknown")),
        (pl.col("is_short"), VERIFY, 3, pl.lit(0), pl.lit(5)),
        (pl.lit(True), PASS, 0, pl.col("narrow"), pl.col("narrow")),
    )
    stride = 2 ** len(rules)
    decided = known.with_columns(
        pl.coalesce(pl.when(applies).then(code) for applies, code, _, _, _ in states)
        .cast(pl.UInt8)
        .alias("code"),
        pl.coalesce(pl.when(applies).then(bits) for applies, _, _, bits, _ in states)
        .cast(pl.UInt32)
        .alias("bits"),
        pl.coalesce(pl.when(applies).then(block * stride + place) for applies, _, block, _, place in states)
        .cast(pl.UInt32)
        .alias("text"),
    ).with_columns(
        pl.when(pl.col("bits") > 0)
        .then(pl.col("bits").bitwise_trailing_zeros())
        .otherwise("first_rule")
        .alias("rule")
    )
    value, threshold = (_of_rule(name, len(rules)) for name in ("value", "threshold"))
    is_upper = looked_up([rule.is_upper for rule in rules], pl.col("rule"))
    return decided.select(
        "code",
        looked_up(STATUSES, pl.col("code")).alias("stand_alone_status"),
        looked_up([rule.measure for rule in rules], pl.col("rule")).alias("measure"),
        value.alias("value"),
        threshold.alias("threshold"),
        pl.when(is_upper).then(threshold - value).otherwise(value - threshold).alias("headroom"),
        ((pl.col("code") == PASS) & (pl.col("bits") > 0)).alias("is_borderline"),
        looked_up(_texts(rules), pl.col("text")).alias("reason"),
        "rules_not_asked",
        *(pl.col(f"value{i}").alias(rule.measure) for i, rule in enumerate(rules)),
    )


def _asked_of_others(rule: Rule, kinds: Sequence[str]) -> Rule:
    """Let a rule hold, without figures, for the kinds of company that it is not asked of."""
    if not kinds:
        return rule
    is_out = pl.col("company_kind").is_in(kinds).fill_null(False)
    return replace(
        rule,
        holds=rule.holds | is_out,
        value=pl.when(~is_out).then(rule.value),
        threshold=pl.when(~is_out).then(rule.threshold),
        is_narrow=rule.is_narrow & ~is_out,
    )


def _by_kind(numbers: Mapping[str, int]) -> pl.Expr:
    return pl.col("company_kind").replace_strict(numbers, default=0, return_dtype=pl.Int64)


def looked_up(values: Sequence[object], places: pl.Expr) -> pl.Expr:
    """Take each row's value from a short list: far cheaper than making a text for every row."""
    return pl.lit(pl.Series(values)).gather(places)


def _bits(flags: Sequence[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(flag.fill_null(False).cast(pl.UInt32) * 2**i for i, flag in enumerate(flags))


def _of_rule(name: str, count: int) -> pl.Expr:
    return pl.coalesce(pl.when(pl.col("rule") == i).then(f"{name}{i}") for i in range(count))


def _texts(rules: Sequence[Rule]) -> list[str]:
    """Every reason: for each set of rules that it passes narrowly, of broken and of unknown ones.

    Then the gates.
    """
    sets = [[rule for i, rule in enumerate(rules) if bits >> i & 1] for bits in range(2 ** len(rules))]
    narrow = [
        "meets every rule" + (", narrowly: " if some else "") + ", ".join(rule.measure for rule in some)
        for some in sets
    ]
    broken = ["; ".join(rule.broken for rule in some) for some in sets]
    unknown = ["unknown: " + ", ".join(rule.measure for rule in some) for some in sets]
    return [*narrow, *broken, *unknown, "", *GATES]


def business(members: pl.DataFrame, rules: BusinessRules) -> pl.DataFrame:
    """Filter 1: a dated verdict on the name, else the stricter of both codes', else the sector's."""
    codes = members.select(CODES).unique()
    found = pl.DataFrame(
        [_by_code(rules, *code) for code in codes.iter_rows()],
        {"code": pl.UInt8, "reason": pl.String},
        orient="row",
    )
    named = pl.DataFrame(
        [
            (o.ticker, o.company, o.valid_from, o.valid_to, STATUSES.index(o.verdict), o.reason)
            for o in rules.overrides
        ],
        {
            "symbol": pl.String,
            "company": pl.String,
            "from": pl.Date,
            "to": pl.Date,
            "code_named": pl.UInt8,
            "reason_named": pl.String,
        },
        orient="row",
    )
    letters = pl.col("name").str.to_uppercase().str.replace_all("[^A-Z0-9]", "")
    applying = (
        members.select(
            "as_of",
            "entity_id",
            "name",
            pl.col("ticker").str.to_uppercase().str.replace_all(r"[\s.\-/]", "").alias("symbol"),
        )
        .join(named, on="symbol")
        .filter(
            pl.col("as_of").is_between("from", "to"),
            letters.str.starts_with(pl.col("company")).fill_null(True),
        )
        .unique(["as_of", "entity_id"], keep="first")
        .select("as_of", "entity_id", "code_named", "reason_named")
    )
    code = pl.coalesce("code_named", "code")
    return (
        members.select("as_of", "entity_id", *CODES)
        .join(
            codes.hstack(found),
            on=list(CODES),
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .join(applying, on=["as_of", "entity_id"], how="left", maintain_order="left")
        .select(
            code.alias("code"),
            looked_up(STATUSES, code).alias("stand_alone_status"),
            pl.lit("line_of_business").alias("measure"),
            pl.lit(False).alias("is_borderline"),
            pl.coalesce("reason_named", "reason").alias("reason"),
        )
    )


def _by_code(
    rules: BusinessRules, sic: str | None, gics: str | None, sector: str | None, kind: str | None
) -> tuple[int, str]:
    """Judge one combination of codes; there are a few hundred, so plain Python is quick enough."""
    for e in rules.exclusions:
        if (e.code_system, e.first, e.verdict) == ("kind", kind, "fail"):
            return FAIL, f"{e.line_of_business} (kind {kind})"
    number = int(sic) if sic and re.fullmatch(r"\d+", sic) else None
    if number is None and gics is None:
        if sector is None:
            return VERIFY, "no industry code and no sector is known"
        hits = [e for e in rules.exclusions if e.code_system == "sector" and e.first == sector]
    else:
        by_sic = [
            e
            for e in rules.exclusions
            if e.code_system == "sic" and number is not None and int(e.first) <= number <= int(e.last)
        ]
        by_gics = [
            e for e in rules.exclusions if e.code_system == "gics" and (gics or "").startswith(e.first)
        ]
        hits = by_sic[:1] + sorted(by_gics, key=lambda e: -len(e.first))[:1]
    worst = min(hits, key=lambda e: e.verdict, default=None)
    if worst is None:
        return PASS, "no excluded line of business"
    return STATUSES.index(worst.verdict), f"{worst.line_of_business} ({worst.code_system} {worst.first})"


def shariah_rules(standard: ShariahRules, rules: FunnelRules) -> list[Rule]:
    """Filter 2 on the market value of the day: debt over it, and interest income over revenue.

    Interest income is exact or between two bounds.
    """
    exact, floor, bound = _interest_income(rules)
    limit = standard.income
    floor_holds = _is_inside(floor, limit)
    holds = (
        pl.when(exact.is_not_null())
        .then(_is_inside(exact, limit))
        .when(~floor_holds)
        .then(False)
        .when(_is_bound(floor, bound) & _is_inside(bound, limit))
        .then(True)
    )
    share = pl.coalesce(
        exact, pl.when(_is_bound(floor, bound) & floor_holds.fill_null(True)).then(bound), floor, bound
    )
    text = f"interest income is not below {limit.limit:.0%} of revenue"
    return [
        _in_part(
            _ceiling(
                "debt_to_market_cap", pl.col("total_debt_usd") / _positive("market_cap_usd"), standard.debt
            )
        ),
        Rule(
            "interest_income_to_revenue",
            holds,
            share,
            pl.lit(limit.limit),
            share >= limit.borderline_from,
            text,
            is_upper=True,
        ),
    ]


def _in_part(ceiling: Rule) -> Rule:
    """Debt of which a part is unknown can be too much, never little enough."""
    is_in_part = ceiling.holds & pl.col("is_debt_partial").fill_null(False)
    return replace(ceiling, holds=pl.when(~is_in_part).then(ceiling.holds))


def is_income_bounded(standard: ShariahRules, rules: FunnelRules) -> pl.Expr:
    """Whether filter 2 passes interest income by its upper bound alone."""
    exact, floor, bound = _interest_income(rules)
    return (exact.is_null() & _is_bound(floor, bound) & _is_inside(bound, standard.income)).fill_null(False)


def _interest_income(rules: FunnelRules) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Interest income over revenue: exact, at least, at most."""
    gross, net, revenue = (
        pl.col("interest_expense_usd"),
        pl.col("net_interest_expense_usd"),
        _positive("revenue_usd"),
    )
    bound = pl.col("cash_and_short_term_investments_usd") * (
        pl.col("risk_free") + rules.interest_income_spread
    )
    return (
        pl.when(gross >= net).then(gross - net) / revenue,
        pl.when(net < 0).then(-net) / revenue,
        bound / revenue,
    )


def _is_bound(floor: pl.Expr, bound: pl.Expr) -> pl.Expr:
    """Whether the upper bound is known, and the lower one does not disprove it."""
    return bound.is_not_null() & ~(floor > bound).fill_null(False)


def balance_sheet_rules(rules: FunnelRules) -> list[Rule]:
    """Filter 3: debt over equity, which has to be positive."""
    has_no_equity = (pl.col("shareholders_equity_usd") <= 0).fill_null(False)
    ceiling = _in_part(
        _ceiling("debt_to_equity", pl.col("debt_to_equity"), rules.balance_sheet.debt_to_equity)
    )
    holds = ceiling.holds | has_no_equity
    positive = Rule(
        "shareholders_equity",
        ~has_no_equity,
        NOTHING,
        NOTHING,
        pl.lit(False),
        "shareholders' equity is not positive",
    )
    return [replace(ceiling, holds=holds), positive]


def income_rules(rules: FunnelRules) -> list[Rule]:
    """Filter 4: profits that grow, margins that hold, cash behind both."""
    own, years = rules.income, rules.history.years
    has_all, first, last = pl.col("years") >= years, pl.col("profit_first"), pl.col("profit_last")
    growth, slope = pl.when(has_all, first > 0).then(last / first - 1), pl.col("margin_slope")
    backing = pl.col("cash_sum") / _positive("profit_sum")
    lacking, share = pl.col("years") - pl.col("backing_known"), own.least_cash_backing
    net, operating = pl.col("least_net_margin"), pl.col("least_operating_margin")
    return [
        Rule(
            "least_net_margin",
            _all_positive("profit"),
            net,
            pl.lit(0.0),
            net <= own.net_margin_borderline,
            "net income was not above 0",
        ),
        Rule(
            "net_income_growth_over_years",
            pl.when(has_all).then(last > first).otherwise(True),
            growth,
            pl.lit(0.0),
            growth <= own.growth_borderline,
            f"net income has not grown over {years} years",
        ),
        Rule(
            "margin_slope",
            slope >= own.least_margin_slope,
            slope,
            pl.lit(own.least_margin_slope),
            slope <= own.least_margin_slope + own.slope_borderline,
            f"the margin changes by less than {own.least_margin_slope:.1%} a year",
        ),
        Rule(
            "least_operating_margin",
            _all_positive("margin"),
            operating,
            pl.lit(0.0),
            operating <= own.operating_margin_borderline,
            "the operating margin was not above 0",
        ),
        _few_years("years_without_cash_backing", pl.col("unbacked"), lacking, own.most_unbacked_years),
        Rule(
            "cash_conversion_over_years",
            pl.col("cash_sum") >= share * pl.col("profit_sum"),
            backing,
            pl.lit(share),
            backing <= share + own.cash_backing_borderline,
            f"operating cash flow is below {share:.0%} of net income",
        ),
    ]


def cash_flow_rules(rules: FunnelRules) -> list[Rule]:
    """Filter 5: cash from operations, most of it free, low accruals, profits that turn into cash."""
    own = rules.cash_flow
    least = pl.col("least_cash_to_assets")
    conversion, bound = pl.col("cash_sum") / _positive("profit_sum"), own.least_cash_conversion
    not_free, unknown = pl.col("free_known") - pl.col("free_positive"), pl.col("years") - pl.col("free_known")
    return [
        Rule(
            "least_operating_cash_flow_to_assets",
            _all_positive("cash"),
            least,
            pl.lit(0.0),
            least <= own.operating_cash_flow_borderline,
            "operating cash flow was not above 0",
        ),
        _few_years("years_without_free_cash_flow", not_free, unknown, own.most_years_without_free_cash_flow),
        *_accruals_rules(own.accruals_percentile),
        Rule(
            "cash_conversion_over_years",
            pl.when(pl.col("profit_sum") <= 0).then(False).otherwise(conversion >= bound),
            conversion,
            pl.lit(bound),
            conversion <= bound + own.cash_conversion_borderline,
            f"operating cash flow is below {bound:.0%} of net income, or there is none",
        ),
    ]


def _accruals_rules(percentile: float) -> list[Rule]:
    """Both forms high is too much; one of them, if the other is known not to be, is narrow.

    The figure of both rules is that of the form which is farther below its limit.
    """
    high = [pl.col(form) > pl.col(f"{form}_limit") for form in FORMS]
    value, limit = (
        pl.when(is_second_form()).then(FORMS[1] + of).otherwise(FORMS[0] + of) for of in ("", "_limit")
    )
    text = f"both forms of accruals are above 0 and the {percentile:.0%} quantile of the universe"
    first = Rule(FORMS[0], ~(high[0] & high[1]), value, limit, high[0], text, is_upper=True)
    return [first, replace(first, measure=FORMS[1], holds=pl.lit(True), is_narrow=high[1], of_rule=FORMS[0])]


def is_second_form() -> pl.Expr:
    """Whether filter 5 shows the balance-sheet form of accruals rather than the cash-flow form."""
    room = [pl.col(f"{form}_limit") - pl.col(form) for form in FORMS]
    return (
        pl.when(room[0].is_null()).then(room[1].is_not_null()).otherwise((room[1] > room[0]).fill_null(False))
    )


def value_rules(rules: FunnelRules) -> list[Rule]:
    """Filter 6: one multiple at or below the universe's is enough; shown is the lowest against its limit."""
    share = {name: pl.col(name) / pl.col(f"{name}_limit") for name in MULTIPLES}
    lowest = pl.min_horizontal(share.values())
    cheap = [
        pl.when(pl.col(f"{name}_reason") == "denominator_not_positive")
        .then(False)
        .otherwise(pl.col(name) <= pl.col(f"{name}_limit"))
        for name in MULTIPLES
    ]
    value, limit = (
        pl.coalesce(pl.when(share[name] == lowest).then(name + of) for name in MULTIPLES)
        for of in ("", "_limit")
    )
    is_narrow = lowest >= 1 - rules.value.borderline
    return [
        Rule(
            "multiple",
            pl.any_horizontal(cheap),
            value,
            limit,
            is_narrow,
            "no multiple is as low as the universe's",
            is_upper=True,
        )
    ]


def lowest_multiple() -> pl.Expr:
    """Name the multiple that filter 6 shows."""
    share = [pl.col(name) / pl.col(f"{name}_limit") for name in MULTIPLES]
    lowest = pl.min_horizontal(share)
    return pl.coalesce(
        *(pl.when(one == lowest).then(pl.lit(name)) for one, name in zip(share, MULTIPLES, strict=True)),
        pl.lit("pb"),
    )


def _positive(name: str) -> pl.Expr:
    return pl.when(pl.col(name) > 0).then(name)


def _is_inside(value: pl.Expr, limit: Limit) -> pl.Expr:
    return value <= limit.limit if limit.is_limit_allowed else value < limit.limit


def _ceiling(measure: str, value: pl.Expr, limit: Limit) -> Rule:
    text = f"{measure} is not below {limit.limit:.0%}"
    return Rule(
        measure,
        _is_inside(value, limit),
        value,
        pl.lit(limit.limit),
        value >= limit.borderline_from,
        text,
        is_upper=True,
    )


def _all_positive(name: str) -> pl.Expr:
    known, positive = pl.col(f"{name}_known"), pl.col(f"{name}_positive")
    return pl.when(positive < known).then(False).when(known == pl.col("years")).then(True)


def _few_years(measure: str, bad: pl.Expr, unknown: pl.Expr, most: int) -> Rule:
    holds = pl.when(bad > most).then(False).when(bad + unknown <= most).then(True)
    return Rule(
        measure,
        holds,
        bad,
        pl.lit(most),
        (bad == most) & (bad > 0),
        f"{measure}: more than {most}",
        is_upper=True,
    )
