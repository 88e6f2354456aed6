-- Which companies pass the funnel in some homes only, at the newest date that all homes have?
WITH shared AS (
  SELECT as_of FROM marts.funnel_outcomes
  GROUP BY as_of
  HAVING count(DISTINCT home) = (SELECT count(*) FROM meta.homes)
), outcomes AS (
  SELECT DISTINCT home, ticker, outcome FROM marts.funnel_outcomes
  WHERE as_of = (SELECT max(as_of) FROM shared)
)
SELECT ticker, list(home ORDER BY home) FILTER (outcome = 'survivor') AS survives_in,
       list(home ORDER BY home) FILTER (outcome <> 'survivor') AS not_in
FROM outcomes
GROUP BY ticker
HAVING count(*) FILTER (outcome = 'survivor') BETWEEN 1 AND count(*) - 1
ORDER BY ticker;
