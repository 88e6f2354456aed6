-- Which companies that nothing failed have to be verified, at which filters, and why?
SELECT o.entity_id, o.ticker, m.name, any_value(o.outcome) AS outcome,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) AS filters, arg_min(o.reason, o.filter_number) AS first_reason
FROM marts.funnel_outcomes AS o JOIN core.members AS m USING (as_of, entity_id)
WHERE o.as_of = $as_of AND o.outcome <> 'failed' AND o.status = 'verify'
GROUP BY o.entity_id, o.ticker, m.name
ORDER BY list_position(['survivor_unverified', 'undetermined'], any_value(o.outcome)), o.ticker, o.entity_id
