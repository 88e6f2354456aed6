-- a return with treatment all that is not the book's own return of the month
SELECT t.book, t.month, t.total_return, b.total_return AS book_return
FROM marts.treated_book_returns AS t
JOIN marts.book_returns AS b USING (book, month)
WHERE t.treatment = 'all'
  AND ((t.total_return IS NULL) <> (b.total_return IS NULL) OR abs(t.total_return - b.total_return) > 1e-12)
