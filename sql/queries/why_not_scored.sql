-- Why do members have no score at the latest date of each year, from the most frequent reason down?
SELECT as_of, exclusion_reason, members, round(share_of_excluded, 3) AS share_of_excluded
FROM marts.quality_exclusions
WHERE method = 'published'
  AND basis = 'point_in_time'
  AND as_of IN (SELECT max(as_of) FROM marts.coverage GROUP BY year(as_of))
ORDER BY as_of DESC, members DESC, exclusion_reason;
