-- What is the parse tree of a statement?
SELECT json_serialize_sql($statement::VARCHAR)
