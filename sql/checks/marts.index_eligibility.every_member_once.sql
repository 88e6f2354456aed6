-- a member whose eligibility was not asked, or an answer without its member
SELECT coalesce(m.as_of, e.as_of) AS as_of, coalesce(m.entity_id, e.entity_id) AS entity_id
FROM (SELECT as_of, entity_id FROM core.members WHERE as_of IN (SELECT DISTINCT as_of FROM marts.index_eligibility)) AS m
FULL JOIN marts.index_eligibility AS e ON m.as_of = e.as_of AND m.entity_id = e.entity_id
WHERE m.entity_id IS NULL OR e.entity_id IS NULL
