-- a day of these years on which a statement of a company became known, without a row
WITH known AS (
    SELECT entity_id, available_date FROM core.annual_fundamentals
    UNION
    SELECT entity_id, available_date FROM core.quarterly_fundamentals
)
SELECT entity_id, available_date
FROM known
WHERE year(available_date) IN (SELECT DISTINCT "year" FROM core.trailing_metrics)
    AND NOT EXISTS (
        SELECT 1
        FROM core.trailing_metrics AS own
        WHERE own.entity_id = known.entity_id AND own.available_date = known.available_date
    )
