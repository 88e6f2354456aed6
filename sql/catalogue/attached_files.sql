-- Which files do the views of the attached database in use read? An export has none.
SELECT DISTINCT path
FROM meta.published_files AS f
JOIN duckdb_views() AS v ON f.table_name = v.schema_name || '.' || v.view_name
WHERE v.database_name = $database
ORDER BY path
