-- Which views does an attached database have, and what is their text?
SELECT schema_name, view_name, sql FROM duckdb_views()
WHERE database_name = $database AND NOT internal
ORDER BY view_name
