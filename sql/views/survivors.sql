-- Survivors of the six filters at the latest as_of (those of every as_of: marts.members_wide, is_survivor), each with name, multiples, quality score, and the figure, limit and headroom that decided filters 2 to 6, and the filters that are narrow or to be verified.
-- shariah_value, balance_sheet_value, income_value, cash_flow_value, value_value [as measure]: the figure that decided the filter
-- shariah_measure, balance_sheet_measure, income_measure, cash_flow_measure, value_measure: what the figure and its headroom are of
-- shariah_headroom, balance_sheet_headroom, income_headroom, cash_flow_headroom, value_headroom [as measure]: distance of the figure to its threshold, positive inside
-- ticker: ticker of the company's largest line
-- borderline_filters: names of the filters that the company passes, but close to a threshold
-- filters_to_verify: names of the filters that are to be verified for want of data
SELECT o.as_of, o.entity_id, o.ticker, o.outcome,
       any_value(w.name) AS name, any_value(w.sector) AS sector, any_value(w.market_cap_usd) AS market_cap_usd,
       any_value(w.pe) AS pe, any_value(w.pb) AS pb, any_value(w.p_fcf) AS p_fcf, any_value(w.score) AS score, any_value(w.quintile) AS quintile,
       max(o.value) FILTER (WHERE o.filter_name = 'shariah') AS shariah_value,
       max(o.measure) FILTER (WHERE o.filter_name = 'shariah') AS shariah_measure,
       max(o.headroom) FILTER (WHERE o.filter_name = 'shariah') AS shariah_headroom,
       max(o.value) FILTER (WHERE o.filter_name = 'balance_sheet') AS balance_sheet_value,
       max(o.measure) FILTER (WHERE o.filter_name = 'balance_sheet') AS balance_sheet_measure,
       max(o.headroom) FILTER (WHERE o.filter_name = 'balance_sheet') AS balance_sheet_headroom,
       max(o.value) FILTER (WHERE o.filter_name = 'income') AS income_value,
       max(o.measure) FILTER (WHERE o.filter_name = 'income') AS income_measure,
       max(o.headroom) FILTER (WHERE o.filter_name = 'income') AS income_headroom,
       max(o.value) FILTER (WHERE o.filter_name = 'cash_flow') AS cash_flow_value,
       max(o.measure) FILTER (WHERE o.filter_name = 'cash_flow') AS cash_flow_measure,
       max(o.headroom) FILTER (WHERE o.filter_name = 'cash_flow') AS cash_flow_headroom,
       max(o.value) FILTER (WHERE o.filter_name = 'value') AS value_value,
       max(o.measure) FILTER (WHERE o.filter_name = 'value') AS value_measure,
       max(o.headroom) FILTER (WHERE o.filter_name = 'value') AS value_headroom,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) FILTER (WHERE o.is_borderline) AS borderline_filters,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) FILTER (WHERE o.status = 'verify') AS filters_to_verify,
       any_value(m.exchange) AS exchange, any_value(a.net_margin) AS net_margin, any_value(a.ebitda_margin) AS ebitda_margin,
       any_value(a.net_cash_usd) AS net_cash_usd, any_value(a.dividends_paid_usd) AS dividends_paid_usd, any_value(a.note) AS note
FROM marts.funnel_outcomes AS o
LEFT JOIN core.members AS m USING (as_of, entity_id)
LEFT JOIN marts.members_wide AS w USING (as_of, entity_id)
LEFT JOIN core.metrics_as_of AS a USING (as_of, entity_id)
WHERE o.as_of = (SELECT max(as_of) FROM marts.funnel_outcomes)
  AND o.outcome IN ('survivor', 'survivor_unverified')
GROUP BY o.as_of, o.entity_id, o.ticker, o.outcome
ORDER BY o.ticker, o.entity_id
