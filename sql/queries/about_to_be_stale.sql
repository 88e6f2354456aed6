-- Which companies have a record that will be too old within some days, the largest first?
-- parameter: as_of DATE default latest: the date
-- parameter: days INTEGER default 60: how many days ahead
SELECT ticker, name, sector, fresh_until_date, fresh_until_date - as_of AS days_left, balance_sheet_date, available_date, record_age_days,
       round(market_cap_usd / 1e6) AS market_cap_usd_millions, outcome, quintile
FROM marts.members_wide
WHERE as_of = $as_of AND NOT is_stale AND fresh_until_date < as_of + $days
ORDER BY fresh_until_date, market_cap_usd DESC NULLS LAST, ticker, entity_id;
