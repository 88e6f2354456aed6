-- One row per as_of and member, with what is known of it on that date: identity, freshness, figures, ratios, multiples, quality, funnel, flags and loadings. Key: as_of and entity_id; security_id is the largest line, which occurs once per as_of too. Nothing in it became known after as_of but the vintage of the factors, where is_vintage_later or is_loading_vintage_later says so.
-- ticker: ticker of the company's largest line, as in the source
-- name: name of the largest line
-- sector: GICS sector name
-- exchange: exchange of the largest line, as in the source of the list
-- security_id: our id of the company's largest line
-- weight [fraction]: weight in the index, all lines
-- company_kind: bank, insurer, broker_or_lender, asset_manager, equity_reit, mortgage_reit or other; null if neither a code nor a sector is known
-- statement_footing: the record behind the figures without prefix, which is the one that filters 2, 3 and 6 judge in this home: quarter (latest balance sheet, flows of twelve months) or annual; null without a record
-- period_end: end of the period of that record: of the quarter, or of the fiscal year
-- balance_sheet_date: end of the quarter or fiscal year of its balance sheet
-- flows_end: end of the twelve months of its flows; null where they are unknown
-- available_date: first day on which that record could be known; never after as_of
-- record_age_days [days]: days from balance_sheet_date to as_of
-- fresh_until_date: the last as_of at which that record is not stale
-- is_stale: that record is too old to be used: its figures are shown, and no filter or score uses them
-- membership_basis: evidence_known: the list could be known at as_of; index_known: it became public later, while the index itself publishes its members on the day
-- market_cap_usd [USD]: price as traded at as_of x shares of the company, all lines
-- market_cap_reason: why market_cap_usd is null; null if it has a value
-- fcf_yield [fraction]: free cash flow over market cap; negative if cash was used
-- ebit_usd [USD]: earnings before interest and tax
-- roe [fraction]: return on equity
-- debt_to_assets [fraction]: total debt over total assets
-- interest_coverage [multiple]: interest coverage
-- free_cash_flow_usd [USD]: free cash flow
-- pe [multiple]: market cap over net income, if positive
-- pb [multiple]: market cap over shareholders' equity, if positive
-- ps [multiple]: market cap over revenue, if positive
-- p_fcf [multiple]: market cap over free cash flow, if positive
-- total_debt_usd [USD]: total debt
-- is_value_restated: the values of that record are later restatements, visible by date but not as filed
-- annual_period_end: end of the fiscal year of the visible annual record, on which the quality score and filters 4 and 5 rest
-- annual_available_date: first day on which that annual record could be known; never after as_of
-- is_annual_stale: that annual record is too old to be used
-- annual_revenue_usd, annual_net_income_usd, annual_free_cash_flow_usd [USD]: the figure of the visible annual record
-- annual_roe, annual_net_margin, annual_fcf_margin, annual_debt_to_assets, annual_debt_to_equity [fraction]: the ratio of the visible annual record
-- annual_interest_coverage, annual_pe, annual_pb, annual_p_fcf [multiple]: the multiple of the visible annual record
-- score [deviations]: quality score by method published, basis point_in_time; null if excluded
-- quintile: quality quintile by the same, 5 is best
-- exclusion_reason: why there is no score by the same; null if scored
-- trailing_score [deviations]: quality score by method trailing, on the latest footing; null if excluded
-- trailing_quintile: quality quintile by the same, 5 is best
-- trailing_exclusion_reason: why there is no score by the same; null if scored
-- outcome: outcome of the funnel: survivor (all pass), survivor_unverified (no fail, verify only in filters 1 and 2), undetermined (no fail, verify or not_applicable in 3 to 6) or failed
-- is_survivor: the outcome is survivor or survivor_unverified
-- first_failed_filter: name of the first filter that the company fails, in strict order; null if it fails none
-- first_failed_measure: the rule of that filter that decided
-- first_failed_value [as measure]: the company's figure by that rule
-- first_failed_threshold [as measure]: the threshold of that rule
-- first_failed_reason: the verdict of that filter in words
-- filters_failed [filters]: how many of the six filters the company fails, each judged on its own
-- filters_to_verify: names of the filters that are to be verified for want of data
-- borderline_filters: names of the filters that the company passes, but close to a threshold
-- business_status, shariah_status, balance_sheet_status, income_status, cash_flow_status, value_status: the filter's own verdict: pass, fail, verify if there is not enough data, or not_applicable
-- is_vintage_later: filter 2 rests on a risk-free rate of a vintage that was published after as_of; null if no vintage is stored
-- market_loading, smb_loading, hml_loading, rmw_loading, cma_loading [loading]: loading of the largest line on this factor in the five-factor regression over the 60 months to as_of; null where it was not estimated
-- loading_months [months]: months of that window with a return and all factors
-- is_loading_vintage_later: the factors of that regression are of a vintage that was published after as_of; null without a regression or a vintage
WITH filters AS (
    SELECT as_of, entity_id, any_value(outcome) AS outcome,
           min_by(filter_name, filter_number) FILTER (WHERE status = 'fail') AS first_failed_filter,
           min_by(measure, filter_number) FILTER (WHERE status = 'fail') AS first_failed_measure,
           min_by(value, filter_number) FILTER (WHERE status = 'fail') AS first_failed_value,
           min_by(threshold, filter_number) FILTER (WHERE status = 'fail') AS first_failed_threshold,
           min_by(reason, filter_number) FILTER (WHERE status = 'fail') AS first_failed_reason,
           count(*) FILTER (WHERE stand_alone_status = 'fail') AS filters_failed,
           string_agg(filter_name, ', ' ORDER BY filter_number) FILTER (WHERE stand_alone_status = 'verify') AS filters_to_verify,
           string_agg(filter_name, ', ' ORDER BY filter_number) FILTER (WHERE is_borderline) AS borderline_filters,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'business') AS business_status,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'shariah') AS shariah_status,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'balance_sheet') AS balance_sheet_status,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'income') AS income_status,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'cash_flow') AS cash_flow_status,
           any_value(stand_alone_status) FILTER (WHERE filter_name = 'value') AS value_status,
           any_value(is_vintage_later) AS is_vintage_later
    FROM marts.funnel_outcomes
    GROUP BY as_of, entity_id
), loadings AS (
    SELECT as_of, entity_id, any_value(n_obs) AS loading_months, any_value(is_vintage_later) AS is_loading_vintage_later,
           any_value(estimate) FILTER (WHERE term = 'Mkt-RF') AS market_loading,
           any_value(estimate) FILTER (WHERE term = 'SMB') AS smb_loading,
           any_value(estimate) FILTER (WHERE term = 'HML') AS hml_loading,
           any_value(estimate) FILTER (WHERE term = 'RMW') AS rmw_loading,
           any_value(estimate) FILTER (WHERE term = 'CMA') AS cma_loading
    FROM marts.stock_factor_loadings
    GROUP BY as_of, entity_id
), judged AS (
    SELECT as_of, entity_id, statement_footing = 'quarter' AS is_quarter, statement_footing, balance_sheet_date, flows_end
    FROM core.filter_evaluations
    WHERE filter_number = 6
), scored AS (
    SELECT * FROM marts.quality_scores WHERE method = 'published' AND basis = 'point_in_time'
), scored_trailing AS (
    SELECT * FROM marts.quality_scores WHERE method = 'trailing' AND basis = 'point_in_time'
)
SELECT m.as_of, m.entity_id, m.security_id, m.ticker, m.name, m.sector, m.company_kind, m.exchange, m.index_name, m.weight,
       CASE WHEN j.is_quarter THEN t.market_cap_usd ELSE a.market_cap_usd END AS market_cap_usd,
       CASE WHEN j.is_quarter THEN t.market_cap_reason ELSE a.market_cap_reason END AS market_cap_reason,
       a.price_usd, a.price_date,
       s.score, s.quintile, s.exclusion_reason,
       f.outcome, f.outcome IN ('survivor', 'survivor_unverified') AS is_survivor, f.first_failed_filter,
       f.first_failed_measure, f.first_failed_value, f.first_failed_threshold, f.first_failed_reason,
       CASE WHEN j.is_quarter THEN t.pe ELSE a.pe END AS pe, CASE WHEN j.is_quarter THEN t.pe_reason ELSE a.pe_reason END AS pe_reason,
       CASE WHEN j.is_quarter THEN t.pb ELSE a.pb END AS pb, CASE WHEN j.is_quarter THEN t.pb_reason ELSE a.pb_reason END AS pb_reason,
       CASE WHEN j.is_quarter THEN t.ps ELSE a.ps END AS ps, CASE WHEN j.is_quarter THEN t.ps_reason ELSE a.ps_reason END AS ps_reason,
       CASE WHEN j.is_quarter THEN t.p_fcf ELSE a.p_fcf END AS p_fcf, CASE WHEN j.is_quarter THEN t.p_fcf_reason ELSE a.p_fcf_reason END AS p_fcf_reason,
       CASE WHEN j.is_quarter THEN t.earnings_yield ELSE a.earnings_yield END AS earnings_yield,
       CASE WHEN j.is_quarter THEN t.free_cash_flow_usd / nullif(t.market_cap_usd, 0) ELSE a.free_cash_flow_usd / nullif(a.market_cap_usd, 0) END AS fcf_yield,
       CASE WHEN j.is_quarter THEN t.book_to_market ELSE a.book_to_market END AS book_to_market,
       CASE WHEN j.is_quarter THEN t.dividend_yield ELSE a.dividend_yield END AS dividend_yield,
       CASE WHEN j.is_quarter THEN t.roe ELSE a.roe END AS roe, CASE WHEN j.is_quarter THEN t.roe_reason ELSE a.roe_reason END AS roe_reason,
       CASE WHEN j.is_quarter THEN t.gross_margin ELSE a.gross_margin END AS gross_margin,
       CASE WHEN j.is_quarter THEN t.operating_margin ELSE a.operating_margin END AS operating_margin,
       CASE WHEN j.is_quarter THEN t.net_margin ELSE a.net_margin END AS net_margin,
       CASE WHEN j.is_quarter THEN t.fcf_margin ELSE a.fcf_margin END AS fcf_margin,
       CASE WHEN j.is_quarter THEN t.debt_to_assets ELSE a.debt_to_assets END AS debt_to_assets,
       CASE WHEN j.is_quarter THEN t.debt_to_equity ELSE a.debt_to_equity END AS debt_to_equity,
       CASE WHEN j.is_quarter THEN t.debt_to_equity_reason ELSE a.debt_to_equity_reason END AS debt_to_equity_reason,
       CASE WHEN j.is_quarter THEN t.interest_coverage ELSE a.interest_coverage END AS interest_coverage,
       CASE WHEN j.is_quarter THEN t.interest_coverage_reason ELSE a.interest_coverage_reason END AS interest_coverage_reason,
       CASE WHEN j.is_quarter THEN t.current_ratio ELSE a.current_ratio END AS current_ratio,
       CASE WHEN j.is_quarter THEN t.revenue_growth ELSE a.revenue_growth END AS revenue_growth,
       CASE WHEN j.is_quarter THEN t.net_income_growth ELSE a.net_income_growth END AS net_income_growth,
       CASE WHEN j.is_quarter THEN t.altman_z ELSE a.altman_z END AS altman_z, CASE WHEN j.is_quarter THEN t.altman_z_zone ELSE a.altman_z_zone END AS altman_z_zone,
       CASE WHEN j.is_quarter THEN t.revenue_usd ELSE a.revenue_usd END AS revenue_usd,
       CASE WHEN j.is_quarter THEN t.ebit_usd ELSE a.ebit_usd END AS ebit_usd,
       CASE WHEN j.is_quarter THEN t.net_income_usd ELSE a.net_income_usd END AS net_income_usd,
       CASE WHEN j.is_quarter THEN t.free_cash_flow_usd ELSE a.free_cash_flow_usd END AS free_cash_flow_usd,
       CASE WHEN j.is_quarter THEN t.total_debt_usd ELSE a.total_debt_usd END AS total_debt_usd,
       CASE WHEN j.is_quarter THEN t.net_cash_usd ELSE a.net_cash_usd END AS net_cash_usd,
       CASE WHEN j.is_quarter THEN t.total_assets_usd ELSE a.total_assets_usd END AS total_assets_usd,
       CASE WHEN j.is_quarter THEN t.shareholders_equity_usd ELSE a.shareholders_equity_usd END AS shareholders_equity_usd,
       CASE WHEN j.is_quarter THEN t.dividends_paid_usd ELSE a.dividends_paid_usd END AS dividends_paid_usd,
       CASE WHEN j.is_quarter THEN t.note ELSE a.note END AS note,
       j.statement_footing, CASE WHEN j.is_quarter THEN t.period_end ELSE a.period_end END AS period_end, j.balance_sheet_date, j.flows_end,
       CASE WHEN j.is_quarter THEN t.available_date ELSE a.available_date END AS available_date,
       m.as_of - j.balance_sheet_date AS record_age_days,
       CAST(CASE WHEN j.balance_sheet_date = last_day(j.balance_sheet_date) THEN last_day(j.balance_sheet_date + to_months(CAST(c.stale_months AS INTEGER))) ELSE j.balance_sheet_date + to_months(CAST(c.stale_months AS INTEGER)) END AS DATE) AS fresh_until_date,
       CASE WHEN j.is_quarter THEN t.is_stale ELSE a.is_stale END AS is_stale,
       m.is_financial, m.is_resolved, m.membership_basis,
       CASE WHEN j.is_quarter THEN t.is_value_restated ELSE a.is_value_restated END AS is_value_restated,
       CASE WHEN j.is_quarter THEN t.is_available_date_assumed ELSE a.is_available_date_assumed END AS is_available_date_assumed,
       CASE WHEN j.is_quarter THEN t.is_scale_suspect ELSE a.is_scale_suspect END AS is_scale_suspect,
       CASE WHEN j.is_quarter THEN t.is_debt_partial ELSE a.is_debt_partial END AS is_debt_partial,
       a.is_price_stale, a.is_split_unchecked,
       f.business_status, f.shariah_status, f.balance_sheet_status, f.income_status, f.cash_flow_status, f.value_status,
       f.filters_failed, f.filters_to_verify, f.borderline_filters, f.is_vintage_later,
       q.score AS trailing_score, q.quintile AS trailing_quintile, q.exclusion_reason AS trailing_exclusion_reason,
       a.period_end AS annual_period_end, a.available_date AS annual_available_date, a.is_stale AS is_annual_stale,
       a.revenue_usd AS annual_revenue_usd, a.net_income_usd AS annual_net_income_usd, a.free_cash_flow_usd AS annual_free_cash_flow_usd,
       a.roe AS annual_roe, a.net_margin AS annual_net_margin, a.fcf_margin AS annual_fcf_margin,
       a.debt_to_assets AS annual_debt_to_assets, a.debt_to_equity AS annual_debt_to_equity,
       a.interest_coverage AS annual_interest_coverage, a.pe AS annual_pe, a.pb AS annual_pb, a.p_fcf AS annual_p_fcf,
       l.market_loading, l.smb_loading, l.hml_loading, l.rmw_loading, l.cma_loading, l.loading_months, l.is_loading_vintage_later
FROM core.members AS m
LEFT JOIN marts.coverage AS c USING (as_of)
LEFT JOIN core.metrics_as_of AS a USING (as_of, entity_id)
LEFT JOIN core.trailing_as_of AS t USING (as_of, entity_id)
LEFT JOIN judged AS j USING (as_of, entity_id)
LEFT JOIN filters AS f USING (as_of, entity_id)
LEFT JOIN scored AS s USING (as_of, entity_id)
LEFT JOIN scored_trailing AS q USING (as_of, entity_id)
LEFT JOIN loadings AS l USING (as_of, entity_id)
