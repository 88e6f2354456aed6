-- By which figure, threshold and headroom does a watched name pass or fail each filter?
SELECT ticker, filter_number, filter_name, status, measure, value, threshold, headroom, is_borderline, reason, stand_alone_status, outcome
FROM marts.watched_outcomes
WHERE as_of = $as_of AND ticker = $ticker
ORDER BY filter_number
