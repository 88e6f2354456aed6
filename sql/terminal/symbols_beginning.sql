-- Which symbols begin with a text, and whose are they?
SELECT s.ticker, max(s.name) AS name
FROM raw.securities AS s
WHERE starts_with(upper(s.ticker), upper($text))
GROUP BY s.ticker
ORDER BY s.ticker
LIMIT 500
