-- What was a company's score, valuation and outcome at each date, by what was known then?
-- parameter: ticker TEXT: the ticker at those dates, for example AAON
SELECT as_of, ticker, name, round(score, 2) AS score, quintile, exclusion_reason, outcome, first_failed_filter,
       round(market_cap_usd / 1e6) AS market_cap_usd_millions, round(pe, 1) AS pe, round(pb, 2) AS pb, round(roe, 3) AS roe,
       round(debt_to_equity, 2) AS debt_to_equity, period_end, available_date
FROM marts.members_wide
WHERE core.symbol_key(ticker) = core.symbol_key($ticker)
ORDER BY as_of, entity_id;
