-- Which companies joined or left the index since the date before, why, and on what evidence?
SELECT entity_id, previous_as_of, ticker, name, sector, change, cause, evidence, weight, size_usd, size_basis, size_quantile, is_reconstitution,
       expected_event
FROM marts.index_changes WHERE as_of = $as_of ORDER BY change, cause, ticker, entity_id
