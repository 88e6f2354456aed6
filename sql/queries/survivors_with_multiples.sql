-- Which companies survive the funnel at a date, and what do they cost?
-- parameter: as_of DATE default latest: the date
SELECT ticker, name, sector, outcome, round(market_cap_usd / 1e6) AS market_cap_usd_millions, round(pe, 1) AS pe, round(pb, 2) AS pb,
       round(ps, 2) AS ps, round(p_fcf, 1) AS p_fcf, round(fcf_yield, 3) AS fcf_yield, round(score, 2) AS score, quintile,
       borderline_filters, filters_to_verify, available_date
FROM marts.members_wide
WHERE as_of = $as_of AND is_survivor
ORDER BY outcome, ticker, entity_id;
