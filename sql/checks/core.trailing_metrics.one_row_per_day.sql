-- a company with more than one row on a day
SELECT entity_id, available_date, count(*) AS "rows"
FROM core.trailing_metrics
GROUP BY entity_id, available_date
HAVING count(*) > 1
