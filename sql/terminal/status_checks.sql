-- What did the run that published check, and what came out?
SELECT table_name AS "table", check_name AS "check", status, message
FROM meta.checks
WHERE run_id = (SELECT run_id FROM meta.catalogue)
ORDER BY status, table_name, check_name
