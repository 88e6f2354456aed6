-- Which companies outside finance have the highest free cash flow yield among the upper quality quintiles?
-- parameter: as_of DATE default latest: the date
-- parameter: quintile INTEGER default 4: the least quality quintile, 5 is best
-- parameter: most INTEGER default 25: how many rows
SELECT ticker, name, sector, round(fcf_yield, 3) AS fcf_yield, round(p_fcf, 1) AS p_fcf, round(pe, 1) AS pe, quintile, round(score, 2) AS score,
       round(debt_to_equity, 2) AS debt_to_equity, outcome, first_failed_filter
FROM marts.members_wide
WHERE as_of = $as_of AND quintile >= $quintile AND NOT is_financial AND NOT is_stale AND fcf_yield IS NOT NULL
ORDER BY fcf_yield DESC, ticker, entity_id
LIMIT $most;
