-- a row without a quarter after the latest annual record, whose flows are not that record's
SELECT own.entity_id, own.available_date, own.revenue_usd, own.net_income_usd
FROM core.trailing_metrics AS own
WHERE own.is_annual_only
    AND NOT EXISTS (
        SELECT 1
        FROM core.annual_fundamentals AS record
        WHERE record.entity_id = own.entity_id
            AND record.period_end = own.flows_end
            AND record.available_date <= own.available_date
            AND (own.revenue_usd IS NULL OR record.revenue_usd = own.revenue_usd)
            AND (own.net_income_usd IS NULL OR record.net_income_usd = own.net_income_usd)
    )
