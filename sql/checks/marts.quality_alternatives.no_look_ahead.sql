-- a definition of quality from a record that was not yet known at as_of
SELECT as_of, entity_id, available_date
FROM marts.quality_alternatives
WHERE available_date > as_of
