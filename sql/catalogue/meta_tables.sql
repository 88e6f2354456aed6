-- Which meta tables does an attached database hold?
SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = 'meta'
