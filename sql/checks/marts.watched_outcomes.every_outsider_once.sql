-- a watched name that is no member without six filters, or with more
SELECT n.as_of, n.ticker, count(w.filter_number) AS filters
FROM core.watched_names AS n
LEFT JOIN marts.watched_outcomes AS w USING (as_of, ticker)
WHERE NOT n.is_member AND n.as_of IN (SELECT DISTINCT as_of FROM marts.watched_outcomes)
GROUP BY n.as_of, n.ticker
HAVING count(w.filter_number) <> 6
