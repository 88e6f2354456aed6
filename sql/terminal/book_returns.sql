-- What did a book return in each month of a range?
SELECT month, total_return, stopped, extreme, is_thin
FROM marts.book_returns
WHERE book = $book AND month BETWEEN $first AND $last
ORDER BY month
