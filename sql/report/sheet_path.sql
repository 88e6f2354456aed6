-- By which figure, threshold and headroom did each member, or one company, pass or fail each filter?
SELECT entity_id, filter_number, filter_name, status, measure, value, threshold, headroom, is_borderline, reason, stand_alone_status, outcome
FROM marts.funnel_outcomes
WHERE as_of = $as_of AND (entity_id = $entity OR $entity IS NULL)
ORDER BY entity_id, filter_number
