-- a member without exactly one row by method trailing
SELECT m.as_of, m.entity_id, count(q.entity_id) AS scores
FROM (FROM core.members WHERE as_of IN (SELECT DISTINCT as_of FROM marts.quality_scores)) AS m
LEFT JOIN (FROM marts.quality_scores WHERE method = 'trailing') AS q USING (as_of, entity_id)
GROUP BY ALL
HAVING count(q.entity_id) <> 1
