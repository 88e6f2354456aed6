-- Who is each watched name that is no member, which records are used, and what was it worth on the footing on which it is judged?
SELECT n.entity_id, n.ticker, n.name, n.sector, n.sic, n.gics, n.company_kind, n.exchange, n.watched_by, o.outcome,
       a.period_end, a.version, a.available_date, a.is_value_restated, a.price_usd, a.price_date, a.debt_to_equity,
       t.statement_footing, t.balance_sheet_date, t.balance_sheet_filing_date, t.flows_end, t.debt_to_equity AS latest_debt_to_equity,
       if(l.statement_footing = 'quarter', t.market_cap_usd, a.market_cap_usd) AS market_cap_usd,
       if(l.statement_footing = 'quarter', t.pe, a.pe) AS pe, if(l.statement_footing = 'quarter', t.pb, a.pb) AS pb,
       if(l.statement_footing = 'quarter', t.p_fcf, a.p_fcf) AS p_fcf,
       if(l.statement_footing = 'quarter', t.altman_z, a.altman_z) AS altman_z,
       if(l.statement_footing = 'quarter', t.altman_z_zone, a.altman_z_zone) AS altman_z_zone,
       if(l.statement_footing = 'quarter', t.note, a.note) AS note
FROM core.watched_names AS n
JOIN (SELECT DISTINCT as_of, ticker, outcome FROM marts.watched_outcomes) AS o USING (as_of, ticker)
LEFT JOIN core.watched_metrics AS a USING (as_of, ticker)
LEFT JOIN core.watched_trailing AS t USING (as_of, ticker)
LEFT JOIN marts.watched_lenses AS l ON l.as_of = n.as_of AND l.ticker = n.ticker AND l.item = 'debt_to_equity'
WHERE n.as_of = $as_of AND NOT n.is_member AND n.entity_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY n.entity_id ORDER BY n.ticker) = 1
ORDER BY n.ticker
