-- a record that was known before its fiscal year had ended
SELECT entity_id, period_end, version, available_date
FROM core.annual_metrics
WHERE available_date <= period_end
