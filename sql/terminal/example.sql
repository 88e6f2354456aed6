-- Which five companies score best? Shown to users as an example of a query, so it is one line.
SELECT ticker, score FROM marts.latest_quality LIMIT 5
