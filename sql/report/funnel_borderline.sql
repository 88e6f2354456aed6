-- Which companies that nothing failed pass a filter only narrowly, and by how much?
SELECT o.entity_id, o.ticker, m.name, o.outcome, o.filter_number, o.filter_name, o.measure, o.value, o.threshold, o.headroom, o.reason
FROM marts.funnel_outcomes AS o JOIN core.members AS m USING (as_of, entity_id)
WHERE o.as_of = $as_of AND o.outcome <> 'failed' AND o.is_borderline
ORDER BY list_position(['survivor', 'survivor_unverified', 'undetermined'], o.outcome), o.ticker, o.entity_id, o.filter_number
