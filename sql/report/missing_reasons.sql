-- How many members have no score for each reason, and since when at the longest?
WITH history AS (
    SELECT entity_id, as_of, exclusion_reason, dense_rank() OVER (ORDER BY as_of) AS step
    FROM marts.quality_scores
    WHERE method = 'published' AND basis = 'point_in_time' AND as_of <= $as_of
), spells AS (
    SELECT entity_id, exclusion_reason, as_of, step - row_number() OVER (PARTITION BY entity_id, exclusion_reason ORDER BY as_of) AS spell
    FROM history WHERE exclusion_reason IS NOT NULL
), running AS (
    SELECT entity_id, exclusion_reason, min(as_of) AS missing_since
    FROM spells GROUP BY entity_id, exclusion_reason, spell HAVING max(as_of) = $as_of
)
SELECT exclusion_reason, count(*) AS members, count(*) FILTER (WHERE missing_since = $as_of) AS first_time,
       quantile_disc(missing_since, 0.5) AS median_since, min(missing_since) AS longest_since
FROM running GROUP BY exclusion_reason
ORDER BY members DESC, exclusion_reason
