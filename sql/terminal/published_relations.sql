-- Which tables and views are published, by layer, with their rows, their years and what a row is?
WITH relations AS (
    SELECT schema_name AS layer, view_name AS short_name, comment FROM duckdb_views()
    WHERE database_name = 'warehouse' AND NOT internal
    UNION ALL
    SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = 'warehouse'
)
SELECT r.layer || '.' || r.short_name AS name, r.layer, r.short_name,
       if(p.table_name IS NULL AND r.layer <> 'meta', 'view', 'table') AS kind,
       p.row_count AS rows, p.first_year, p.last_year, coalesce(r.comment, '') AS meaning
FROM relations AS r
LEFT JOIN meta.published_tables AS p ON p.table_name = r.layer || '.' || r.short_name
WHERE r.layer IN ('marts', 'core', 'raw', 'meta')
ORDER BY list_position(['marts', 'core', 'raw', 'meta'], r.layer), kind DESC, r.short_name
