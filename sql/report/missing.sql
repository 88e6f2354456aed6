-- Which members have no score, for what reason, and since which date without a break?
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
SELECT m.entity_id, m.ticker, m.name, m.sector, r.exclusion_reason, r.missing_since, a.period_end, a.market_cap_reason
FROM running AS r
JOIN core.members AS m ON m.entity_id = r.entity_id AND m.as_of = $as_of
LEFT JOIN core.metrics_as_of AS a ON a.entity_id = r.entity_id AND a.as_of = $as_of
ORDER BY r.exclusion_reason, r.missing_since, m.ticker, m.entity_id
