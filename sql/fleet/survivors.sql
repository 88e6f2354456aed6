-- How many companies pass the funnel in each home, by date?
SELECT home, as_of, max(members) AS members, max(outcome_survivor) AS survivors,
       max(outcome_survivor_unverified) AS unverified, max(outcome_failed) AS failed
FROM marts.funnel_summary
GROUP BY home, as_of
ORDER BY as_of DESC, home;
