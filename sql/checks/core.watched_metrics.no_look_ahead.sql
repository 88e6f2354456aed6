-- a number of a watched name that was not yet known at as_of (available_date after as_of), or a price from after it
SELECT as_of, ticker, period_end, available_date, price_date
FROM core.watched_metrics
WHERE available_date > as_of OR price_date > as_of
