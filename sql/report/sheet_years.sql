-- What did each member, or one company, report for its last five fiscal years, as visible at the date, and when did it become known?
SELECT m.entity_id, m.period_end, m.version, f.filing_date, m.available_date, m.revenue_usd, f.operating_income_usd, m.net_income_usd,
       m.operating_cash_flow_usd, m.free_cash_flow_usd, m.total_debt_usd, f.cash_and_short_term_investments_usd, m.shareholders_equity_usd,
       m.gross_margin, m.operating_margin, m.roe, m.debt_to_equity, m.accruals_cash_flow,
       m.net_margin, m.ebitda_margin, m.net_cash_usd, m.dividends_paid_usd
FROM core.visible_annual_metrics_by_period($as_of) AS m
JOIN core.annual_fundamentals AS f USING (entity_id, period_end, version, available_date, source)
WHERE (m.entity_id = $entity OR $entity IS NULL)
QUALIFY row_number() OVER (PARTITION BY m.entity_id ORDER BY m.period_end DESC) <= 5
ORDER BY m.entity_id, m.period_end DESC
