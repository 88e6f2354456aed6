-- a window that reaches beyond its date, or a date without each fund in each window
SELECT as_of, ticker, years FROM marts.benchmark_panel WHERE last_month > as_of
UNION ALL
SELECT as_of, ticker, count(*) AS years FROM marts.benchmark_panel GROUP BY as_of, ticker
HAVING count(*) <> (SELECT count(DISTINCT years) FROM marts.benchmark_panel)
