-- Which books are published, how many of their lines are known, and which tickers are not?
SELECT b.* REPLACE (b.has_claims AS has_claims), (SELECT count(*) FROM core.book_lines AS l WHERE l.book = b.book AND l.is_resolved) AS lines,
       (SELECT string_agg(ticker, ', ' ORDER BY ticker) FROM core.book_lines AS l
        WHERE l.book = b.book AND NOT l.is_resolved) AS unknown
FROM core.books AS b
ORDER BY book
