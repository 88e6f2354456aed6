-- Which values, for example, does each column of a table or view have?
SELECT any_value(COLUMNS(*)) FROM (FROM query_table($relation) LIMIT 1000)
