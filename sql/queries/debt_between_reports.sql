-- How early did a quarter say what the next annual report said about debt, and how often was it right?
SELECT state, count(*) AS spells, median(days_ahead) AS days_ahead, count(*) FILTER (WHERE status_on_quarter = 'fail') AS fails_on_quarter,
       count(*) FILTER (WHERE outcome_on_annual <> outcome_on_latest) AS changes_outcome
FROM marts.debt_between_reports
WHERE state <> 'ahead' OR as_of = (SELECT max(as_of) FROM marts.debt_between_reports)
GROUP BY state
ORDER BY state;
