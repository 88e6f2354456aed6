-- Which claims of the deep dive do our numbers support or contradict, and what would decide the others?
SELECT claim, verdict, round(value, 4) AS value, value_date, value_source, statement, coalesce(reason, '') AS reason, needed
FROM marts.thesis_checks
ORDER BY verdict, claim;
