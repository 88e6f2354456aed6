-- Which month-end prices of a line are known?
SELECT * FROM raw.prices WHERE security_id = $security ORDER BY date
