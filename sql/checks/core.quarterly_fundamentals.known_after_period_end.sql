-- a quarter that was known before it had ended
SELECT entity_id, period_end, version, available_date
FROM core.quarterly_fundamentals
WHERE available_date <= period_end
