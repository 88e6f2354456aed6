-- Survivors of the six filters at the latest as_of, each with the figure, limit and headroom that decided filters 2 to 6, and the filters that are narrow or to be verified.
-- shariah_value, balance_sheet_value, income_value, cash_flow_value, value_value [as measure]: the figure that decided the filter
-- shariah_measure, balance_sheet_measure, income_measure, cash_flow_measure, value_measure: what the figure and its headroom are of
-- shariah_headroom, balance_sheet_headroom, income_headroom, cash_flow_headroom, value_headroom [as measure]: distance of the figure to its threshold, positive inside
-- borderline_filters: names of the filters that the company passes, but close to a threshold
-- filters_to_verify: names of the filters that are to be verified for want of data
SELECT as_of, entity_id, ticker, outcome,
       max(value) FILTER (WHERE filter_name = 'shariah') AS shariah_value,
       max(measure) FILTER (WHERE filter_name = 'shariah') AS shariah_measure,
       max(headroom) FILTER (WHERE filter_name = 'shariah') AS shariah_headroom,
       max(value) FILTER (WHERE filter_name = 'balance_sheet') AS balance_sheet_value,
       max(measure) FILTER (WHERE filter_name = 'balance_sheet') AS balance_sheet_measure,
       max(headroom) FILTER (WHERE filter_name = 'balance_sheet') AS balance_sheet_headroom,
       max(value) FILTER (WHERE filter_name = 'income') AS income_value,
       max(measure) FILTER (WHERE filter_name = 'income') AS income_measure,
       max(headroom) FILTER (WHERE filter_name = 'income') AS income_headroom,
       max(value) FILTER (WHERE filter_name = 'cash_flow') AS cash_flow_value,
       max(measure) FILTER (WHERE filter_name = 'cash_flow') AS cash_flow_measure,
       max(headroom) FILTER (WHERE filter_name = 'cash_flow') AS cash_flow_headroom,
       max(value) FILTER (WHERE filter_name = 'value') AS value_value,
       max(measure) FILTER (WHERE filter_name = 'value') AS value_measure,
       max(headroom) FILTER (WHERE filter_name = 'value') AS value_headroom,
       string_agg(filter_name, ', ' ORDER BY filter_number) FILTER (WHERE is_borderline) AS borderline_filters,
       string_agg(filter_name, ', ' ORDER BY filter_number) FILTER (WHERE status = 'verify') AS filters_to_verify
FROM marts.funnel_outcomes
WHERE as_of = (SELECT max(as_of) FROM marts.funnel_outcomes)
  AND outcome IN ('survivor', 'survivor_unverified')
GROUP BY as_of, entity_id, ticker, outcome
ORDER BY ticker, entity_id
