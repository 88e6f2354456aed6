-- Which line of a book carries the symbol?
SELECT l.ticker, l.security_id, l.entity_id, s.name, s.sector, s.is_resolved, s.unresolved_reason
FROM core.book_lines AS l
JOIN raw.securities AS s USING (security_id)
WHERE core.symbol_key(l.ticker) = core.symbol_key($symbol)
ORDER BY s.valid_from DESC, l.security_id
LIMIT 1
