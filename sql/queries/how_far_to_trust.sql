-- How far can each date be trusted: how many members have a record, a fresh one, one as filed, and a market value?
SELECT as_of, count(*) AS members, count(period_end) AS with_record, count(*) FILTER (NOT is_stale) AS fresh,
       count(*) FILTER (is_value_restated) AS restated, count(*) FILTER (is_available_date_assumed) AS assumed_dates,
       count(market_cap_usd) AS with_market_cap, count(score) AS scored, round(median(record_age_days)) AS median_age_days
FROM marts.members_wide
GROUP BY as_of
ORDER BY as_of DESC;
