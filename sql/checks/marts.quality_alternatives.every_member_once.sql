-- a member without a row of other definitions of quality, or such a row without a member
SELECT coalesce(m.as_of, a.as_of) AS as_of, coalesce(m.entity_id, a.entity_id) AS entity_id
FROM (SELECT as_of, entity_id FROM core.members WHERE as_of IN (SELECT DISTINCT as_of FROM marts.quality_alternatives)) AS m
FULL JOIN marts.quality_alternatives AS a ON a.as_of = m.as_of AND a.entity_id = m.entity_id
WHERE m.entity_id IS NULL OR a.entity_id IS NULL
