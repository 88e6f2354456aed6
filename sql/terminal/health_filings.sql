-- How many companies filed in the days up to $day, and in the same days of each of the $years years before?
WITH years AS (SELECT unnest(range(0, $years + 1)) AS back)
SELECT back,
       (SELECT count(DISTINCT (entity_id, filing_date))
        FROM raw.fundamentals
        WHERE filing_date <= CAST($day AS DATE) - to_years(CAST(back AS INTEGER))
          AND filing_date > CAST($day AS DATE) - to_years(CAST(back AS INTEGER)) - to_days(CAST($days AS INTEGER))) AS filings
FROM years
ORDER BY back
