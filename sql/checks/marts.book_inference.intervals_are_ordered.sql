-- an interval whose lower end is above its upper end, or a book without a row for each treatment, statistic and block length
SELECT book, treatment, statistic, block, ci_low, ci_high
FROM marts.book_inference
WHERE ci_low > ci_high OR ols_ci_low > ols_ci_high OR hac_ci_low > hac_ci_high
UNION ALL BY NAME
SELECT book, CAST(count(*) AS VARCHAR) AS treatment
FROM marts.book_inference
GROUP BY book
HAVING count(*) <> count(DISTINCT treatment) * count(DISTINCT statistic) * count(DISTINCT block)
