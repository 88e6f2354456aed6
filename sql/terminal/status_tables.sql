-- Which version of each table is published, and how large is it?
SELECT table_name AS "table", version, row_count AS rows, file_count AS files, first_year AS "from", last_year AS "to"
FROM meta.published_tables
ORDER BY table_name
