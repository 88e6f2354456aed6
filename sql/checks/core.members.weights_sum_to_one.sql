-- an as_of whose members' weights do not sum to one
SELECT as_of, sum(weight) AS total
FROM core.members
GROUP BY as_of
HAVING count(weight) > 0 AND abs(sum(weight) - 1) > 1e-6
