-- For which companies does the latest quarter say something else about debt than the last annual report?
-- parameter: as_of DATE default latest: the date
-- parameter: least_difference NUMBER default 0.25: the least difference of debt over equity
SELECT ticker, name, sector, round(annual_debt_to_equity, 2) AS by_annual_report, round(debt_to_equity, 2) AS by_quarter,
       round(debt_to_equity - annual_debt_to_equity, 2) AS difference, annual_period_end, balance_sheet_date, available_date, balance_sheet_status
FROM marts.members_wide
WHERE as_of = $as_of AND statement_footing = 'quarter' AND NOT is_stale AND abs(debt_to_equity - annual_debt_to_equity) >= $least_difference
ORDER BY abs(debt_to_equity - annual_debt_to_equity) DESC, ticker, entity_id;
