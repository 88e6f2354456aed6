-- Which preferences of the three statements does each member, or one company, meet?
SELECT l.entity_id, l.statement, l.item, l.value, l.preference, l.threshold, l.verdict, l.reason
FROM marts.statement_lenses AS l
WHERE l.as_of = $as_of AND (l.entity_id = $entity OR $entity IS NULL)
ORDER BY l.entity_id, list_position(['balance_sheet', 'income', 'cash_flow'], l.statement), l.item
