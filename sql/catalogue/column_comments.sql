-- Which comments do the columns of the open catalogue have?
SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns()
WHERE database_name = 'warehouse' AND comment IS NOT NULL
