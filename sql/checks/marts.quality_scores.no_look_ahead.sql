-- a number that was not yet known at the horizon of its basis (as_of, or 163 days later for as_published)
SELECT as_of, entity_id, method, basis, available_date, horizon_date
FROM marts.quality_scores
WHERE available_date > horizon_date
   OR (basis = 'point_in_time' AND horizon_date <> as_of)
   OR (basis = 'as_published' AND horizon_date <> as_of + 163)
