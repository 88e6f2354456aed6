-- How many members were left after each step of the quality screen, by what was known at the date and by what was known later?
SELECT basis, is_final, members, usable_tickers, with_record, complete_records, records_after_controls, scored
FROM marts.quality_summary
WHERE as_of = $as_of AND method = 'published' AND variant = 'base' AND quintile = 0
ORDER BY basis DESC
