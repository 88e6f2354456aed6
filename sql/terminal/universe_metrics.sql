-- What are the metrics of the members at the date?
SELECT * FROM core.metrics_as_of WHERE as_of = $as_of ORDER BY entity_id
