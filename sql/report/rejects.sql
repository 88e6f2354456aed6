-- How many rows did each rule refuse, and in which years?
SELECT table_name, rule, count(*) AS refused, min(year) AS first_year, max(year) AS last_year
FROM core.rejects
GROUP BY table_name, rule
ORDER BY table_name, rule
