-- By which figure, limit and headroom did each survivor pass each filter?
SELECT entity_id, filter_number, filter_name, status, measure, value, threshold, headroom, is_borderline, reason
FROM marts.funnel_outcomes
WHERE as_of = $as_of AND outcome IN ('survivor', 'survivor_unverified')
ORDER BY entity_id, filter_number
