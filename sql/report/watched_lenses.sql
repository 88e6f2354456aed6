-- Which preferences of the three statements does each watched name that is no member, or one, meet?
SELECT l.entity_id, l.ticker, l.statement, l.item, l.value, l.preference, l.threshold, l.verdict, l.reason
FROM marts.watched_lenses AS l
WHERE l.as_of = $as_of AND NOT l.is_member AND (l.ticker = $ticker OR $ticker IS NULL)
ORDER BY l.ticker, list_position(['balance_sheet', 'income', 'cash_flow'], l.statement), l.item
