-- Which tables are published?
SELECT table_name FROM meta.published_tables
