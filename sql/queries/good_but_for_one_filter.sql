-- Which companies of the upper quality quintiles fail a single filter, and by which figure?
-- parameter: as_of DATE default latest: the date
-- parameter: quintile INTEGER default 5: the least quality quintile, 5 is best
SELECT ticker, name, sector, quintile, round(score, 2) AS score, first_failed_filter, first_failed_measure,
       round(first_failed_value, 3) AS value, round(first_failed_threshold, 3) AS "limit", filters_to_verify, first_failed_reason
FROM marts.members_wide
WHERE as_of = $as_of AND quintile >= $quintile AND filters_failed = 1
ORDER BY first_failed_filter, score DESC, ticker, entity_id;
