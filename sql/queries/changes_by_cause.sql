-- Why did companies join and leave the index, year by year?
SELECT year, change, cause, count(*) AS companies, round(sum(weight), 4) AS weight, count(*) FILTER (is_reconstitution) AS at_reconstitutions
FROM marts.index_changes
GROUP BY year, change, cause
ORDER BY year DESC, change, companies DESC, cause;
