-- Where were the companies of each quality quintile a year later: which quintile, unscored, or out of the index?
WITH dates AS (
    SELECT max(as_of) AS later FROM marts.quality_scores WHERE method = 'published' AND basis = 'point_in_time'
),
earlier AS (
    SELECT max(as_of) AS formed FROM marts.quality_scores, dates
    WHERE method = 'published' AND basis = 'point_in_time' AND as_of <= later - INTERVAL 1 YEAR
),
scores AS (SELECT * FROM marts.quality_scores WHERE method = 'published' AND basis = 'point_in_time')
SELECT formed AS formed_as_of, later AS as_of, f.quintile AS quintile_then,
       count(*) AS companies,
       count(*) FILTER (n.quintile = 1) AS to_1, count(*) FILTER (n.quintile = 2) AS to_2, count(*) FILTER (n.quintile = 3) AS to_3,
       count(*) FILTER (n.quintile = 4) AS to_4, count(*) FILTER (n.quintile = 5) AS to_5,
       count(*) FILTER (n.status = 'excluded') AS to_unscored,
       count(*) FILTER (n.entity_id IS NULL) AS left_the_index
FROM dates, earlier
JOIN scores AS f ON f.as_of = formed AND f.status = 'scored'
LEFT JOIN scores AS n ON n.as_of = later AND n.entity_id = f.entity_id
GROUP BY formed, later, f.quintile
ORDER BY quintile_then DESC;
