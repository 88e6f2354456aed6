-- Which watched name carries the symbol: by its watched ticker, before any other line of its company, with the figures that its verdicts use?
SELECT n.*, a.* EXCLUDE (year, as_of, ticker, entity_id, is_member) REPLACE (
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
FROM core.watched_names AS n
LEFT JOIN core.watched_metrics AS a USING (as_of, ticker)
LEFT JOIN core.watched_trailing AS t USING (as_of, ticker)
LEFT JOIN marts.watched_lenses AS l ON l.as_of = n.as_of AND l.ticker = n.ticker AND l.item = 'debt_to_equity'
WHERE n.as_of = $as_of AND NOT n.is_member
  AND (core.symbol_key(n.ticker) = core.symbol_key($symbol) OR EXISTS (
      FROM raw.securities AS s
      WHERE s.entity_id = n.entity_id AND core.symbol_key(s.ticker) = core.symbol_key($symbol)
        AND s.valid_from <= n.as_of AND (s.valid_to IS NULL OR s.valid_to >= n.as_of)))
ORDER BY core.symbol_key(n.ticker) = core.symbol_key($symbol) DESC, n.ticker
LIMIT 1
