-- Which annual metrics of a company are known?
SELECT * FROM core.annual_metrics WHERE entity_id = $entity ORDER BY period_end, version, available_date, source
