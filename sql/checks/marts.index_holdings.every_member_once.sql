-- a member without a holding, or a holding without its member
SELECT coalesce(m.as_of, h.as_of) AS as_of, coalesce(m.entity_id, h.entity_id) AS entity_id
FROM (SELECT as_of, entity_id FROM core.members WHERE as_of IN (SELECT DISTINCT as_of FROM marts.index_holdings)) AS m
FULL JOIN marts.index_holdings AS h ON m.as_of = h.as_of AND m.entity_id = h.entity_id
WHERE m.entity_id IS NULL OR h.entity_id IS NULL
