-- Which members have been without a usable annual record, and since when were they heard of last?
-- parameter: as_of DATE default latest: the date
SELECT m.ticker, m.name, m.sector, a.period_end AS last_period, a.available_date AS known_since, a.is_stale,
       CASE WHEN a.period_end IS NULL THEN 'no record at all' ELSE 'record too old' END AS what,
       date_diff('month', a.period_end, m.as_of) AS months_old, round(m.weight, 5) AS weight
FROM core.members AS m
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
WHERE m.as_of = $as_of AND (a.period_end IS NULL OR a.is_stale)
ORDER BY m.weight DESC NULLS LAST, m.ticker;
