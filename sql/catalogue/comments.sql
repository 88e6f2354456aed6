-- Which comments do the tables and views of the open catalogue have?
SELECT schema_name || '.' || view_name, comment FROM duckdb_views()
WHERE database_name = 'warehouse' AND comment IS NOT NULL
UNION ALL
SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()
WHERE database_name = 'warehouse' AND comment IS NOT NULL
