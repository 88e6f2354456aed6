-- Which columns do the tables and views of an attached database have?
SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = $database
ORDER BY column_index
