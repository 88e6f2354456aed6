-- At which filter does each sector fail, and how many of its companies survive?
-- parameter: as_of DATE default latest: the date
SELECT coalesce(sector, 'unknown') AS sector, count(*) AS members,
       count(*) FILTER (first_failed_filter = 'business') AS business, count(*) FILTER (first_failed_filter = 'shariah') AS shariah,
       count(*) FILTER (first_failed_filter = 'balance_sheet') AS balance_sheet, count(*) FILTER (first_failed_filter = 'income') AS income,
       count(*) FILTER (first_failed_filter = 'cash_flow') AS cash_flow, count(*) FILTER (first_failed_filter = 'value') AS "value",
       count(*) FILTER (outcome = 'undetermined') AS undetermined, count(*) FILTER (is_survivor) AS survivors
FROM marts.members_wide
WHERE as_of = $as_of
GROUP BY coalesce(sector, 'unknown')
ORDER BY survivors DESC, sector;
