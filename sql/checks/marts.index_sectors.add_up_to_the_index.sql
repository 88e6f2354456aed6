-- an as_of whose sectors do not add up to its members, or whose weights do not sum to one
SELECT s.as_of, s.members AS members_of_sectors, m.members, s.weight
FROM (SELECT as_of, sum(members) AS members, sum(weight) AS weight FROM marts.index_sectors GROUP BY as_of) AS s
JOIN (SELECT as_of, count(*) AS members FROM core.members GROUP BY as_of) AS m ON m.as_of = s.as_of
WHERE s.members <> m.members OR abs(s.weight - 1) > 1e-6
