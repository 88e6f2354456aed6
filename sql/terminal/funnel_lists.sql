-- Which companies survive the funnel, pass it narrowly, or have to be verified, and why?
WITH listed AS (
    SELECT 'survivors' AS list, o.entity_id, o.ticker, o.filter_number, o.outcome AS what, 'value: ' || o.reason AS reason
    FROM marts.funnel_outcomes AS o
    WHERE o.as_of = $as_of AND o.outcome IN ('survivor', 'survivor_unverified') AND o.filter_number = 6
    UNION ALL
    SELECT 'borderline', o.entity_id, o.ticker, o.filter_number, o.filter_name, o.reason
    FROM marts.funnel_outcomes AS o
    WHERE o.as_of = $as_of AND o.outcome IN ('survivor', 'survivor_unverified') AND o.is_borderline
    UNION ALL
    SELECT 'to_verify', o.entity_id, o.ticker, o.filter_number, o.filter_name, o.reason
    FROM marts.funnel_outcomes AS o
    WHERE o.as_of = $as_of AND o.outcome <> 'failed' AND o.status = 'verify'
)
SELECT l.list, l.ticker, m.name, string_agg(l.what, ', ' ORDER BY l.filter_number) AS filter_name,
       arg_min(l.reason, l.filter_number) AS reason
FROM listed AS l
JOIN core.members AS m ON m.as_of = $as_of AND m.entity_id = l.entity_id
GROUP BY l.list, l.entity_id, l.ticker, m.name
ORDER BY l.list, l.ticker, l.entity_id
