-- Which companies left the survivors since the date before, at which filter, and why?
-- parameter: as_of DATE default latest: the later date
SELECT ticker, outcome_to, filter_name, measure, round(value_from, 3) AS value_from, round(value_to, 3) AS value_to,
       round(threshold_to, 3) AS limit_to, cause, previous_as_of, reason, explanation
FROM marts.screen_changes
WHERE as_of = $as_of AND change = 'left'
ORDER BY cause, ticker, entity_id;
