-- Why did companies leave the survivors in the latest twelve months: which filter, from which figure to which, and what caused it?
SELECT as_of, previous_as_of, ticker, filter_name, measure,
       round(value_from, 3) AS value_from, round(value_to, 3) AS value_to,
       round(threshold_from, 3) AS limit_from, round(threshold_to, 3) AS limit_to,
       cause, reason
FROM marts.screen_changes
WHERE change = 'left'
  AND as_of > (SELECT max(as_of) FROM marts.funnel_summary) - INTERVAL 12 MONTHS
ORDER BY as_of DESC, ticker, entity_id;
