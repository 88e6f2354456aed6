-- Where is the file of the open catalogue?
SELECT path FROM duckdb_databases() WHERE database_name = 'warehouse'
