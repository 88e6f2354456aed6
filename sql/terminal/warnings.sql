-- What do the checks of the run that published warn of?
SELECT table_name, check_name, message
FROM meta.checks
WHERE run_id = (SELECT run_id FROM meta.catalogue) AND status = 'warned'
ORDER BY table_name, check_name
