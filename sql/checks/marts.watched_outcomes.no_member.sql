-- a watched name that is judged although its company is a member at the date
SELECT DISTINCT w.as_of, w.ticker, w.entity_id
FROM marts.watched_outcomes AS w
JOIN core.members AS m USING (as_of, entity_id)
