-- What changed for a company from one date to the next: outcome, quintile, record or market value?
-- parameter: ticker TEXT: the ticker at those dates, for example AAON
SELECT as_of, lag(as_of) OVER earlier AS previous_as_of, ticker, lag(outcome) OVER earlier AS outcome_from, outcome AS outcome_to,
       lag(first_failed_filter) OVER earlier AS failed_from, first_failed_filter AS failed_to,
       lag(quintile) OVER earlier AS quintile_from, quintile AS quintile_to,
       available_date IS DISTINCT FROM lag(available_date) OVER earlier AS is_new_record, period_end, available_date,
       round(market_cap_usd / lag(market_cap_usd) OVER earlier - 1, 3) AS market_cap_change
FROM marts.members_wide
WHERE core.symbol_key(ticker) = core.symbol_key($ticker)
WINDOW earlier AS (PARTITION BY entity_id ORDER BY as_of)
QUALIFY previous_as_of IS NOT NULL
ORDER BY as_of DESC, entity_id;
