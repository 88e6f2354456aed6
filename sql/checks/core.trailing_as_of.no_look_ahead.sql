-- a row on the latest footing with a statement, a balance sheet or flows that were not known at as_of
SELECT as_of, entity_id, available_date, balance_sheet_date, balance_sheet_filing_date, flows_end
FROM core.trailing_as_of
WHERE greatest(available_date, balance_sheet_date + 1, balance_sheet_filing_date + 1, flows_end + 1) > as_of
