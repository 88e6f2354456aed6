-- What are the last twelve months and the latest balance sheet of a company, if a quarter is known at the date?
SELECT balance_sheet_date, flows_end, available_date, version, revenue_usd, operating_income_usd, net_income_usd, operating_cash_flow_usd, free_cash_flow_usd,
       total_debt_usd, cash_and_short_term_investments_usd, shareholders_equity_usd, gross_margin, operating_margin, roe, debt_to_equity, accruals_cash_flow,
       net_margin, ebitda_margin, net_cash_usd, dividends_paid_usd
FROM core.visible_trailing_metrics($as_of)
WHERE entity_id = $entity AND NOT is_annual_only
