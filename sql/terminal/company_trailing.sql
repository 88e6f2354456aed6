-- Which metrics on trailing twelve months are known of a company?
SELECT * FROM core.trailing_metrics WHERE entity_id = $entity ORDER BY available_date, period_end, version, source
