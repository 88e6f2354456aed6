-- Quality scores of every as_of on the latest footing, by what was known on that date: method trailing, basis point_in_time, one row per as_of and member.
SELECT * EXCLUDE (method, basis)
FROM marts.quality_scores
WHERE method = 'trailing' AND basis = 'point_in_time'
