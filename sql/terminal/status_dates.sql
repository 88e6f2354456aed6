-- How many dates of each year have members, and how many members are screened?
SELECT year, count(*) FILTER (has_membership) AS "dates with members", min(as_of) FILTER (has_membership) AS first,
       max(as_of) FILTER (has_membership) AS last, round(avg(members) FILTER (has_membership)) AS "members, mean",
       round(avg(screened_share) FILTER (has_membership), 3) AS "screened, mean share"
FROM marts.coverage
GROUP BY year
ORDER BY year
