-- a row without flows and without a reason, or with a reason for flows that it has
SELECT entity_id, available_date, trailing_basis, trailing_reason
FROM core.trailing_metrics
WHERE (trailing_basis IS NULL AND (trailing_reason IS NULL OR flows_end IS NOT NULL))
    OR (trailing_basis IS NOT NULL AND flows_end IS NULL)
    OR (trailing_basis IS NOT NULL AND trailing_reason IS NOT NULL AND unknown_flows IS NULL)
