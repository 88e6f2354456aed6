-- Who are the members at the date?
SELECT * FROM core.members WHERE as_of = $as_of ORDER BY entity_id
