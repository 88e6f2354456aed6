-- Which views does a schema of the current database have, and what are their comments?
SELECT view_name, comment FROM duckdb_views()
WHERE database_name = current_database() AND schema_name = $schema
ORDER BY view_name
