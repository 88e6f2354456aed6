-- a date with members and without a profile, or a profile that counts other members
SELECT m.as_of, m.members, p.members AS members_of_profile
FROM (SELECT as_of, year, count(*) AS members FROM core.members GROUP BY as_of, year) AS m
LEFT JOIN marts.index_profile AS p ON p.as_of = m.as_of
WHERE m.year IN (SELECT DISTINCT year FROM marts.index_profile) AND m.members IS DISTINCT FROM p.members
