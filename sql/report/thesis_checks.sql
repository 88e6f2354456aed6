-- Which claims of the deep dive do the numbers that were known by the date support, and what would the others need?
SELECT claim, statement, CASE WHEN value_date <= $as_of OR verdict = 'not known' THEN verdict ELSE 'not known' END AS verdict, measure,
       CASE WHEN value_date <= $as_of THEN value END AS value, CASE WHEN value_date <= $as_of THEN std_error END AS std_error,
       CASE WHEN value_date <= $as_of THEN value_date END AS value_date, value_source, low, high,
       CASE WHEN value_date > $as_of THEN 'the number is of a later date' ELSE reason END AS reason, needed, threshold_source, claim_source
FROM marts.thesis_checks
ORDER BY verdict, claim
