-- Which tables does an attached database hold itself?
SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $database
