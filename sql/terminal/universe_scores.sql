-- Which scores do the members have at the date?
SELECT * FROM marts.quality_scores WHERE as_of = $as_of ORDER BY method, basis, entity_id
