-- Which symbols did lines carry, and of which companies?
SELECT DISTINCT s.ticker, s.name
FROM raw.securities AS s
ORDER BY s.ticker, s.name
