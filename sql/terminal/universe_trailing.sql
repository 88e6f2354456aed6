-- What are the metrics of the members at the date, on the latest footing?
SELECT * FROM core.trailing_as_of WHERE as_of = $as_of ORDER BY entity_id
