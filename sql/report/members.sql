-- Where does every member stand: score or reason for none, outcome of the funnel, and the filter that stopped it?
SELECT m.entity_id, m.ticker, m.name, m.sector, m.weight, q.score, q.quintile, q.exclusion_reason, f.outcome,
       f.stopped_by, f.stopped_because
FROM core.members AS m
LEFT JOIN marts.quality_scores AS q
    ON q.as_of = m.as_of AND q.entity_id = m.entity_id AND q.method = 'published' AND q.basis = 'point_in_time'
LEFT JOIN (
    SELECT entity_id, any_value(outcome) AS outcome,
           max(filter_name) FILTER (WHERE status = 'fail') AS stopped_by,
           max(reason) FILTER (WHERE status = 'fail') AS stopped_because
    FROM marts.funnel_outcomes WHERE as_of = $as_of GROUP BY entity_id
) AS f ON f.entity_id = m.entity_id
WHERE m.as_of = $as_of
ORDER BY m.ticker, m.entity_id
