-- Which are the largest members without a quality score, and why have they none?
-- parameter: as_of DATE default latest: the date
-- parameter: most INTEGER default 25: how many rows
SELECT ticker, name, sector, company_kind, round(weight, 5) AS weight, round(market_cap_usd / 1e6) AS market_cap_usd_millions,
       exclusion_reason, trailing_exclusion_reason, annual_period_end, annual_available_date
FROM marts.members_wide
WHERE as_of = $as_of AND score IS NULL
ORDER BY weight DESC NULLS LAST, ticker, entity_id
LIMIT $most;
