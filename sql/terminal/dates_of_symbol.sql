-- On which dates, the last five, did a member carry the symbol by any of its lines?
SELECT DISTINCT m.as_of
FROM core.members AS m
WHERE core.symbol_key(m.ticker) = core.symbol_key($symbol) OR EXISTS (
    FROM raw.constituents AS c JOIN raw.securities AS s USING (security_id)
    WHERE c.as_of = m.as_of AND s.entity_id = m.entity_id
      AND core.symbol_key(c.ticker) = core.symbol_key($symbol))
ORDER BY m.as_of DESC
LIMIT 5
