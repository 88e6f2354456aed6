-- Which small caps score best at a date, and on what inputs?
-- parameter: as_of DATE default latest: the date
-- parameter: most INTEGER default 20: how many rows
SELECT ticker, name, sector, round(score, 2) AS score, quintile,
       round(roe, 3) AS roe, round(fcf_margin, 3) AS fcf_margin, round(debt_to_assets, 3) AS debt_to_assets,
       round(interest_coverage, 1) AS interest_coverage, round(market_cap_usd / 1e6) AS market_cap_usd_millions
FROM marts.quality_point_in_time
WHERE as_of = $as_of AND status = 'scored'
ORDER BY score DESC, ticker
LIMIT $most;
