-- Which eight companies score best and which eight worst on the date, on each basis?
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY basis ORDER BY score DESC, entity_id) AS from_best,
           row_number() OVER (PARTITION BY basis ORDER BY score, entity_id) AS from_worst
    FROM marts.quality_scores
    WHERE as_of = $as_of AND method = 'published' AND status = 'scored'
)
SELECT CASE WHEN from_best <= 8 THEN 'best' ELSE 'worst' END AS "group", *
FROM ranked
WHERE from_best <= 8 OR from_worst <= 8
ORDER BY basis DESC, "group", CASE WHEN from_best <= 8 THEN from_best ELSE from_worst END
