-- Which spells do the lines have that carry or once carried the symbol, and the other lines of their companies?
SELECT s.*
FROM raw.securities AS s
WHERE s.entity_id IN (
    SELECT entity_id FROM raw.securities WHERE core.symbol_key(ticker) = core.symbol_key($symbol))
ORDER BY s.security_id, s.valid_from, s.source
