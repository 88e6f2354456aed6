-- Which watched name carries the symbol: by its watched ticker, before any other line of its company?
SELECT n.*, a.* EXCLUDE (year, as_of, ticker, entity_id, is_member), t.statement_footing, t.balance_sheet_date, t.balance_sheet_filing_date, t.flows_end,
       t.debt_to_equity AS latest_debt_to_equity
FROM core.watched_names AS n
LEFT JOIN core.watched_metrics AS a USING (as_of, ticker)
LEFT JOIN core.watched_trailing AS t USING (as_of, ticker)
WHERE n.as_of = $as_of AND NOT n.is_member
  AND (core.symbol_key(n.ticker) = core.symbol_key($symbol) OR EXISTS (
      FROM raw.securities AS s
      WHERE s.entity_id = n.entity_id AND core.symbol_key(s.ticker) = core.symbol_key($symbol)
        AND s.valid_from <= n.as_of AND (s.valid_to IS NULL OR s.valid_to >= n.as_of)))
ORDER BY core.symbol_key(n.ticker) = core.symbol_key($symbol) DESC, n.ticker
LIMIT 1
