-- a holding that was chosen after the month in which it is held, or a month whose weights do not sum to one
SELECT book, month, formed_as_of, weights
FROM (
    SELECT book, month, max(formed_as_of) AS formed_as_of, sum(weight) AS weights
    FROM marts.book_holdings
    GROUP BY book, month
)
WHERE formed_as_of >= date_trunc('month', month) OR abs(weights - 1) > 1e-9
