-- Which table macros does the open catalogue have?
SELECT function_name FROM duckdb_functions() WHERE database_name = 'warehouse' AND function_type = 'table_macro'
