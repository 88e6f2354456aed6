-- Of which filings and concepts are the figures that a company's sheet shows: its last five fiscal years, and its newest quarter?
WITH shown_years AS (
    SELECT 'annual' AS record, entity_id, period_end, version, available_date, source
    FROM core.visible_annual_metrics_by_period($as_of)
    WHERE entity_id = $entity
    QUALIFY row_number() OVER (ORDER BY period_end DESC) <= 5
),
shown_quarter AS (
    SELECT 'quarterly' AS record, entity_id, period_end, version, available_date, source
    FROM core.visible_quarterly_fundamentals($as_of)
    WHERE entity_id = $entity AND period_end > (SELECT max(period_end) FROM shown_years)
),
shown AS (SELECT * FROM shown_years UNION ALL SELECT * FROM shown_quarter)
SELECT t.record, t.period_end, t.form, t.filed_date, t.accession, t.cik, t.item,
       string_agg(t.tag, ', ' ORDER BY t.part) AS tags
FROM raw.fundamental_tags AS t
JOIN shown USING (record, entity_id, period_end, version, available_date, source)
WHERE t.item IN (
    'revenue_usd', 'operating_income_usd', 'net_income_usd', 'operating_cash_flow_usd', 'capital_expenditures_usd', 'short_term_debt_usd',
    'long_term_debt_usd', 'cash_and_short_term_investments_usd', 'shareholders_equity_usd', 'dividends_paid_usd'
)
GROUP BY t.record, t.period_end, t.form, t.filed_date, t.accession, t.cik, t.item
ORDER BY t.record DESC, t.period_end DESC, t.filed_date, t.accession, t.item
