-- Which books held a line up to the date, in which months, and what became of the holding?
SELECT book, min(month) AS first_month, max(month) AS last_month, count(*) FILTER (status = 'held') AS months,
       max_by(status, month) AS status
FROM marts.book_holdings
WHERE security_id = $security AND month <= $as_of
GROUP BY book
ORDER BY book
