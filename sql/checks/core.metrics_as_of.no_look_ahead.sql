-- a number that was not yet known at as_of (available_date after as_of), or a price from after it
SELECT as_of, entity_id, period_end, available_date, price_date
FROM core.metrics_as_of
WHERE available_date > as_of OR price_date > as_of
