-- Who entered or left the survivors since the date before, and what caused it?
SELECT entity_id, previous_as_of, ticker, change, cause, filter_name, status_from, status_to, measure, value_from, value_to, threshold_from,
       threshold_to, nullif(concat_ws('; ', explanation, reason), '') AS reason
FROM marts.screen_changes
WHERE as_of = $as_of
ORDER BY change, ticker, entity_id
