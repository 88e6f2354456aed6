-- Which quarterly statements of a company are known?
SELECT * FROM core.quarterly_fundamentals WHERE entity_id = $entity ORDER BY period_end, version, available_date, source
