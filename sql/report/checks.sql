-- What did the run that published this check, and what failed or warned?
SELECT table_name, check_name, status, message, first_year, last_year, checked_at
FROM meta.checks
WHERE run_id = (SELECT run_id FROM meta.catalogue)
ORDER BY list_position(['failed', 'warned', 'passed'], status), table_name, check_name
