-- Which version of each table is served?
SELECT table_name, version FROM meta.published_tables
