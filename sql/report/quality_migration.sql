-- Where are the companies now that were in each quality quintile a year before: which quintile, without a score, or no longer members?
WITH scores AS (
    SELECT as_of, entity_id, quintile, status FROM marts.quality_scores WHERE method = 'published' AND basis = 'point_in_time'
), earlier AS (
    SELECT max(as_of) AS formed FROM scores WHERE as_of <= CAST($as_of AS DATE) - INTERVAL 1 YEAR
)
SELECT e.formed AS formed_as_of, f.quintile AS quintile_then, count(*) AS companies,
       count(*) FILTER (n.quintile = 1) AS to_1, count(*) FILTER (n.quintile = 2) AS to_2, count(*) FILTER (n.quintile = 3) AS to_3,
       count(*) FILTER (n.quintile = 4) AS to_4, count(*) FILTER (n.quintile = 5) AS to_5,
       count(*) FILTER (n.status = 'excluded') AS to_unscored, count(*) FILTER (n.entity_id IS NULL) AS left_the_index
FROM earlier AS e
JOIN scores AS f ON f.as_of = e.formed AND f.status = 'scored'
LEFT JOIN scores AS n ON n.as_of = $as_of AND n.entity_id = f.entity_id
GROUP BY e.formed, f.quintile
ORDER BY quintile_then DESC
