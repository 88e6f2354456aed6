-- Which books do the homes publish, and over which months?
SELECT book, count(DISTINCT home) AS homes, min(month) AS first_month, max(month) AS last_month
FROM marts.book_returns
GROUP BY book
ORDER BY book;
