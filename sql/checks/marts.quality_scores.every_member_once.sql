-- a member without a row in method published, basis point_in_time, or a row without its member
SELECT coalesce(m.as_of, q.as_of) AS as_of, coalesce(m.entity_id, q.entity_id) AS entity_id
FROM (SELECT as_of, entity_id FROM core.members WHERE as_of IN (SELECT DISTINCT as_of FROM marts.quality_scores)) AS m
FULL JOIN (SELECT as_of, entity_id FROM marts.quality_scores WHERE method = 'published' AND basis = 'point_in_time') AS q
  ON m.as_of = q.as_of AND m.entity_id = q.entity_id
WHERE m.entity_id IS NULL OR q.entity_id IS NULL
