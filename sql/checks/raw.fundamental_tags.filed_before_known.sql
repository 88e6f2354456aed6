-- a figure of a filing that was filed on or after the day on which its record became known
SELECT entity_id, record, period_end, version, item, accession, filed_date, available_date
FROM raw.fundamental_tags
WHERE filed_date >= available_date
