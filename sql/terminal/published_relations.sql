-- Which tables and views can be read, what is in them, and of which years?
SELECT v.schema_name || '.' || v.view_name AS name, if(p.table_name IS NULL, 'view', 'table') AS kind, p.row_count AS rows, p.first_year, p.last_year, v.comment AS description
FROM duckdb_views() AS v LEFT JOIN meta.published_tables AS p ON p.table_name = v.schema_name || '.' || v.view_name
WHERE v.database_name = current_database() AND v.schema_name IN ('raw', 'core', 'marts') AND NOT v.internal
UNION ALL
SELECT t.schema_name || '.' || t.table_name, 'table', t.estimated_size, NULL, NULL, t.comment
FROM duckdb_tables() AS t WHERE t.database_name = current_database() AND t.schema_name = 'meta'
ORDER BY name
