-- How many companies joined or left since the date before, by cause?
SELECT change, cause, count(*) AS companies, sum(weight) AS weight
FROM marts.index_changes WHERE as_of = $as_of GROUP BY change, cause ORDER BY change, companies DESC, cause
