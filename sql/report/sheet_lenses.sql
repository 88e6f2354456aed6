-- Which preferences of the three statements does each survivor meet?
SELECT l.entity_id, l.statement, l.item, l.value, l.preference, l.threshold, l.verdict, l.reason
FROM marts.statement_lenses AS l
SEMI JOIN (FROM marts.funnel_outcomes WHERE as_of = $as_of AND outcome IN ('survivor', 'survivor_unverified')) AS o USING (entity_id)
WHERE l.as_of = $as_of
ORDER BY l.entity_id, list_position(['balance_sheet', 'income', 'cash_flow'], l.statement), l.item
