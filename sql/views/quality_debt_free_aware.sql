-- Quality scores of every as_of with companies without debt scored too, by what was known on that date: method debt_free_aware, basis point_in_time, one row per as_of and member.
SELECT * EXCLUDE (method, basis)
FROM marts.quality_scores
WHERE method = 'debt_free_aware' AND basis = 'point_in_time'
