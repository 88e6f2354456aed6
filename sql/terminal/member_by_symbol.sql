-- Which member carries the symbol at the date: by its largest line before any other of its lines?
SELECT m.*, a.* EXCLUDE (year, as_of, entity_id), t.statement_footing, t.balance_sheet_date, t.balance_sheet_filing_date, t.flows_end,
       t.debt_to_equity AS latest_debt_to_equity
FROM core.members AS m
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
JOIN core.trailing_as_of AS t USING (as_of, entity_id)
WHERE m.as_of = $as_of
  AND (core.symbol_key(m.ticker) = core.symbol_key($symbol) OR EXISTS (
      FROM raw.constituents AS c JOIN raw.securities AS s USING (security_id)
      WHERE c.as_of = m.as_of AND s.entity_id = m.entity_id
        AND core.symbol_key(c.ticker) = core.symbol_key($symbol)))
ORDER BY core.symbol_key(m.ticker) = core.symbol_key($symbol) DESC, m.entity_id
LIMIT 1
