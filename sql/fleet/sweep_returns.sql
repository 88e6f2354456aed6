-- What did a book of each home return above the risk-free rate, month by month?
SELECT r.home, r.month, r.total_return - f.rf AS excess
FROM marts.book_returns AS r
JOIN core.factors_monthly AS f ON f.home = r.home AND f.month = r.month
WHERE r.book = $book AND r.total_return IS NOT NULL AND f.rf IS NOT NULL
ORDER BY r.home, r.month;
