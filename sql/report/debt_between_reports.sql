-- Where does the last quarter's debt judge otherwise than the annual report, since when, and what becomes of the company?
SELECT entity_id, ticker, state, status_on_annual, status_on_quarter, debt_to_equity_on_annual, debt_to_equity_on_quarter, annual_period_end, balance_sheet_date,
       first_known_date, days_ahead, ended_date, status_after, outcome_on_annual, outcome_on_latest
FROM marts.debt_between_reports
WHERE as_of = $as_of
ORDER BY list_position(['ahead', 'confirmed', 'not_confirmed', 'superseded'], state), days_ahead DESC, ticker, first_known_date
