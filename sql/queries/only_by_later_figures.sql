-- Who is in the best quintile only by figures that were filed or restated after the date, and whom do they displace?
WITH final AS (
    SELECT max(as_of) AS as_of FROM marts.quality_scores WHERE basis = 'as_published' AND status = 'scored' AND is_final
)
SELECT k.as_of, k.ticker, k.name,
       CASE WHEN l.quintile = 5 THEN 'best by later figures only' ELSE 'best by what was known only' END AS finding,
       k.status AS status_known, k.quintile AS quintile_known, k.period_end AS period_known, k.available_date AS known_since,
       l.quintile AS quintile_later, l.period_end AS period_later, l.available_date AS later_since
FROM marts.quality_scores AS k
JOIN final USING (as_of)
JOIN marts.quality_scores AS l ON l.as_of = k.as_of AND l.entity_id = k.entity_id AND l.method = k.method AND l.basis = 'as_published'
WHERE k.method = 'published' AND k.basis = 'point_in_time' AND (k.quintile = 5) IS DISTINCT FROM (l.quintile = 5)
  AND (coalesce(k.quintile, 0) = 5 OR coalesce(l.quintile, 0) = 5)
ORDER BY finding, k.ticker;
