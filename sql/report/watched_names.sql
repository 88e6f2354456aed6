-- How do the watched names stand that are no members: verdicts, items of the lenses, score, figures that the verdicts use?
SELECT n.entity_id, n.ticker, n.name, n.sector, n.watched_by, n.missing_filing, any_value(o.outcome) AS outcome,
       arg_min(o.filter_name, o.filter_number) FILTER (WHERE o.status = 'fail') AS stopped_by,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) FILTER (WHERE o.status = 'verify') AS filters_to_verify,
       any_value(l.met) AS lens_items_met, any_value(q.score) AS score, any_value(q.quintile) AS quintile,
       any_value(q.exclusion_reason) AS exclusion_reason, any_value(a.period_end) AS period_end, any_value(l.balance_sheet_date) AS balance_sheet_date,
       any_value(if(l.statement_footing = 'quarter', t.market_cap_usd, a.market_cap_usd)) AS market_cap_usd, any_value(a.roe) AS roe,
       any_value(if(l.statement_footing = 'quarter', t.debt_to_equity, a.debt_to_equity)) AS debt_to_equity,
       any_value(if(l.statement_footing = 'quarter', t.net_cash_usd, a.net_cash_usd)) AS net_cash_usd, any_value(if(l.statement_footing = 'quarter', t.note, a.note)) AS note
FROM core.watched_names AS n
LEFT JOIN core.watched_metrics AS a USING (as_of, ticker)
LEFT JOIN core.watched_trailing AS t USING (as_of, ticker)
LEFT JOIN marts.watched_outcomes AS o USING (as_of, ticker)
LEFT JOIN (SELECT as_of, ticker, count(*) FILTER (WHERE verdict = 'met') AS met,
                  any_value(statement_footing) FILTER (WHERE item = 'debt_to_equity') AS statement_footing,
                  any_value(balance_sheet_date) FILTER (WHERE item = 'debt_to_equity') AS balance_sheet_date
           FROM marts.watched_lenses GROUP BY as_of, ticker) AS l USING (as_of, ticker)
LEFT JOIN marts.watched_scores AS q
    ON q.as_of = n.as_of AND q.ticker = n.ticker AND q.method = 'published' AND q.basis = 'point_in_time'
WHERE n.as_of = $as_of AND NOT n.is_member
GROUP BY n.entity_id, n.ticker, n.name, n.sector, n.watched_by, n.missing_filing
ORDER BY n.ticker
