-- a score of a watched name from a record that was not yet known at the horizon of its basis
SELECT as_of, ticker, method, basis, available_date, horizon_date
FROM marts.watched_scores
WHERE available_date > horizon_date
