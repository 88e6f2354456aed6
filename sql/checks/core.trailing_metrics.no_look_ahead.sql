-- a row with a period, a balance sheet or flows that had not ended when it became known
SELECT entity_id, available_date, period_end, balance_sheet_date, flows_end
FROM core.trailing_metrics
WHERE available_date <= greatest(period_end, balance_sheet_date, flows_end)
