-- Which member carries the symbol at the date, or is the entity if one is given: by its largest line before any other of its lines, with the figures that its verdicts use?
SELECT m.*, a.* EXCLUDE (year, as_of, entity_id) REPLACE (
           if(l.statement_footing = 'quarter', t.market_cap_usd, a.market_cap_usd) AS market_cap_usd, if(l.statement_footing = 'quarter', t.market_cap_reason, a.market_cap_reason) AS market_cap_reason,
           if(l.statement_footing = 'quarter', t.pe, a.pe) AS pe, if(l.statement_footing = 'quarter', t.pb, a.pb) AS pb,
           if(l.statement_footing = 'quarter', t.p_fcf, a.p_fcf) AS p_fcf, if(l.statement_footing = 'quarter', t.debt_to_equity, a.debt_to_equity) AS debt_to_equity,
           if(l.statement_footing = 'quarter', t.net_cash_usd, a.net_cash_usd) AS net_cash_usd, if(l.statement_footing = 'quarter', t.altman_z, a.altman_z) AS altman_z,
           if(l.statement_footing = 'quarter', t.altman_z_zone, a.altman_z_zone) AS altman_z_zone,
           if(l.statement_footing = 'quarter', t.dividends_paid_usd, a.dividends_paid_usd) AS dividends_paid_usd,
           if(l.statement_footing = 'quarter', t.dividend_yield, a.dividend_yield) AS dividend_yield, if(l.statement_footing = 'quarter', t.note, a.note) AS note),
       l.statement_footing, l.balance_sheet_date, l.flows_end,
       t.statement_footing AS latest_footing, t.balance_sheet_date AS latest_balance_sheet_date, t.flows_end AS latest_flows_end,
       t.balance_sheet_filing_date, t.debt_to_equity AS latest_debt_to_equity, a.debt_to_equity AS annual_debt_to_equity
FROM core.members AS m
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
JOIN core.trailing_as_of AS t USING (as_of, entity_id)
LEFT JOIN marts.statement_lenses AS l ON l.as_of = m.as_of AND l.entity_id = m.entity_id AND l.item = 'debt_to_equity'
WHERE m.as_of = $as_of
  AND (m.entity_id = $entity OR $entity IS NULL AND (core.symbol_key(m.ticker) = core.symbol_key($symbol) OR EXISTS (
      FROM raw.constituents AS c JOIN raw.securities AS s USING (security_id)
      WHERE c.as_of = m.as_of AND s.entity_id = m.entity_id
        AND core.symbol_key(c.ticker) = core.symbol_key($symbol))))
ORDER BY core.symbol_key(m.ticker) = core.symbol_key($symbol) DESC, m.entity_id
LIMIT 1
