-- By which figure, threshold and headroom does each watched name that is no member, or one, pass or fail each filter?
SELECT entity_id, ticker, filter_number, filter_name, status, measure, value, threshold, headroom, is_borderline, reason, stand_alone_status, outcome
FROM marts.watched_outcomes
WHERE as_of = $as_of AND NOT is_member AND (ticker = $ticker OR $ticker IS NULL)
ORDER BY ticker, filter_number
