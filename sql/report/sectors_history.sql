-- What was the weight of each sector on each date up to this one?
SELECT as_of, sector, members, weight
FROM marts.index_sectors
WHERE as_of <= $as_of
ORDER BY as_of, sector
