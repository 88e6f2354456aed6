-- Which preferences of the three statements does a watched name meet?
SELECT l.ticker, l.statement, l.item, l.value, l.preference, l.threshold, l.verdict, l.reason
FROM marts.watched_lenses AS l
WHERE l.as_of = $as_of AND l.ticker = $ticker
ORDER BY list_position(['balance_sheet', 'income', 'cash_flow'], l.statement), l.item
