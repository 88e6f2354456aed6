-- Which columns does a table or view have: type, unit and meaning?
SELECT column_name AS "column", data_type AS type, regexp_extract(comment, '\[([^\]]*)\]$', 1) AS unit,
       trim(regexp_replace(coalesce(comment, ''), '\[[^\]]*\]$', '')) AS meaning
FROM duckdb_columns()
WHERE database_name = 'warehouse' AND schema_name || '.' || table_name = $relation
ORDER BY column_index
