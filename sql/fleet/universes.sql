-- How large is each home's universe at its newest date, and how much of it can be judged?
SELECT home, as_of, members, with_fundamentals, screened, screened_share
FROM marts.coverage
QUALIFY as_of = max(as_of) OVER (PARTITION BY home)
ORDER BY home;
