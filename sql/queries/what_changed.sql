-- What changed among the survivors since the date before, and which input caused it?
-- parameter: as_of DATE default latest: the date
SELECT ticker, change, cause, filter_name, measure, round(value_from, 3) AS value_from, round(value_to, 3) AS value_to,
       round(threshold_from, 3) AS limit_from, round(threshold_to, 3) AS limit_to, previous_as_of, as_of, reason
FROM marts.screen_changes
WHERE as_of = $as_of
ORDER BY change, ticker;
