-- Which ratios does a vendor serve of a company?
SELECT * FROM raw.vendor_metrics WHERE entity_id = $entity ORDER BY period_end, available_date, source
