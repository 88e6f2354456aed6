-- an as_of whose holdings' weights do not sum to one, or whose places are not 1 to n
SELECT as_of, sum(weight) AS total, max(rank) AS last_rank, count(DISTINCT rank) AS ranks
FROM marts.index_holdings
GROUP BY as_of
HAVING (count(weight) > 0 AND abs(sum(weight) - 1) > 1e-6) OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)
