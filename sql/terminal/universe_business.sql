-- What does filter 1 say of the members at the date?
SELECT * FROM core.filter_evaluations WHERE as_of = $as_of AND filter_number = 1 ORDER BY entity_id
