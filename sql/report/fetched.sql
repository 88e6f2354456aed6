-- What was asked of which source, and up to which day is it known?
SELECT dataset, source, min(year) FILTER (WHERE year > 0) AS first_year, max(fetched_through) AS fetched_through, max(asked) AS asked,
       max(fetched_at) AS fetched_at
FROM meta.fetched
GROUP BY dataset, source
ORDER BY dataset, source
