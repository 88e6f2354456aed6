-- Which companies survive the six filters, what do they cost, and where is it narrow?
SELECT o.entity_id, o.ticker, m.name, m.sector, any_value(o.outcome) AS outcome, any_value(q.score) AS score,
       any_value(q.quintile) AS quintile, any_value(if(e.statement_footing = 'quarter', t.market_cap_usd, a.market_cap_usd)) AS market_cap_usd,
       any_value(if(e.statement_footing = 'quarter', t.pe, a.pe)) AS pe,
       any_value(if(e.statement_footing = 'quarter', t.pb, a.pb)) AS pb,
       any_value(if(e.statement_footing = 'quarter', t.p_fcf, a.p_fcf)) AS p_fcf,
       any_value(a.roe) AS roe, any_value(if(e.statement_footing = 'quarter', t.debt_to_equity, a.debt_to_equity)) AS debt_to_equity,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) FILTER (WHERE o.is_borderline) AS borderline_filters,
       string_agg(o.filter_name, ', ' ORDER BY o.filter_number) FILTER (WHERE o.status = 'verify') AS filters_to_verify,
       any_value(m.exchange) AS exchange, any_value(a.net_margin) AS net_margin, any_value(a.ebitda_margin) AS ebitda_margin,
       any_value(if(e.statement_footing = 'quarter', t.net_cash_usd, a.net_cash_usd)) AS net_cash_usd, any_value(if(e.statement_footing = 'quarter', t.dividends_paid_usd, a.dividends_paid_usd)) AS dividends_paid_usd,
       any_value(if(e.statement_footing = 'quarter', t.note, a.note)) AS note
FROM marts.funnel_outcomes AS o
JOIN core.members AS m USING (as_of, entity_id)
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
JOIN core.trailing_as_of AS t USING (as_of, entity_id)
JOIN core.filter_evaluations AS e ON e.as_of = o.as_of AND e.entity_id = o.entity_id AND e.filter_number = 6
LEFT JOIN marts.quality_scores AS q
    ON q.as_of = o.as_of AND q.entity_id = o.entity_id AND q.method = 'published' AND q.basis = 'point_in_time'
WHERE o.as_of = $as_of AND o.outcome IN ('survivor', 'survivor_unverified')
GROUP BY o.entity_id, o.ticker, m.name, m.sector
ORDER BY outcome, o.ticker, o.entity_id
