-- How many companies survived on each date up to this one, and how many entered or left since the date before?
WITH changes AS (
    SELECT as_of, count(*) FILTER (change = 'entered') AS entered, count(*) FILTER (change = 'left') AS "left"
    FROM marts.screen_changes WHERE as_of <= $as_of GROUP BY as_of
)
SELECT f.as_of, f.members, f.outcome_survivor AS survivors, f.outcome_survivor_unverified AS unverified,
       coalesce(c.entered, 0) AS entered, coalesce(c."left", 0) AS "left"
FROM marts.funnel_summary AS f LEFT JOIN changes AS c USING (as_of)
WHERE f.filter_number = 1 AND f.as_of <= $as_of
ORDER BY f.as_of
