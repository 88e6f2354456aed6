-- Who is each member, which records are used, and what was it worth on the footing on which it is judged?
SELECT m.entity_id, m.ticker, m.name, m.sector, m.sic, m.gics, m.line_count, m.weight, o.outcome, a.period_end, a.version, a.available_date,
       a.is_value_restated, a.price_usd, a.price_date, if(e.statement_footing = 'quarter', t.dividend_yield, a.dividend_yield) AS dividend_yield, m.company_kind, m.kind_basis, m.exchange, a.net_margin, a.ebitda_margin,
       if(e.statement_footing = 'quarter', t.dividends_paid_usd, a.dividends_paid_usd) AS dividends_paid_usd, a.debt_to_equity, t.statement_footing, t.balance_sheet_date, t.balance_sheet_filing_date, t.flows_end,
       t.debt_to_equity AS latest_debt_to_equity,
       if(e.statement_footing = 'quarter', t.market_cap_usd, a.market_cap_usd) AS market_cap_usd, if(e.statement_footing = 'quarter', t.pe, a.pe) AS pe, if(e.statement_footing = 'quarter', t.pb, a.pb) AS pb,
       if(e.statement_footing = 'quarter', t.p_fcf, a.p_fcf) AS p_fcf, if(e.statement_footing = 'quarter', t.altman_z, a.altman_z) AS altman_z, if(e.statement_footing = 'quarter', t.altman_z_zone, a.altman_z_zone) AS altman_z_zone,
       if(e.statement_footing = 'quarter', t.net_cash_usd, a.net_cash_usd) AS net_cash_usd, if(e.statement_footing = 'quarter', t.note, a.note) AS note
FROM (SELECT DISTINCT entity_id, outcome FROM marts.funnel_outcomes WHERE as_of = $as_of) AS o
JOIN core.members AS m USING (entity_id)
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
JOIN core.trailing_as_of AS t USING (as_of, entity_id)
JOIN core.filter_evaluations AS e ON e.as_of = m.as_of AND e.entity_id = m.entity_id AND e.filter_number = 6
WHERE m.as_of = $as_of
ORDER BY o.outcome, m.ticker, m.entity_id
