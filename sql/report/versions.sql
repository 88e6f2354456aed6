-- Which version of which table was read, and what years does it hold?
SELECT table_name, version, row_count, first_year, last_year, run_id FROM meta.published_tables ORDER BY table_name
