-- Quality scores of every as_of by what was known on that date: method published, basis point_in_time, one row per as_of and member.
SELECT * EXCLUDE (method, basis)
FROM marts.quality_scores
WHERE method = 'published' AND basis = 'point_in_time'
