-- Which dates have members, and what came out on each of them?
SELECT c.as_of, c.members, c.screened, f.outcome_survivor AS survivors, f.outcome_survivor_unverified AS survivors_unverified,
       c.fresh_fundamentals, c.screened_share
FROM marts.coverage AS c LEFT JOIN marts.funnel_summary AS f ON f.as_of = c.as_of AND f.filter_number = 1
WHERE c.has_membership
ORDER BY c.as_of DESC
