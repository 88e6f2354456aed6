-- Who is each survivor, which record is used, and what was it worth?
SELECT m.entity_id, m.ticker, m.name, m.sector, m.sic, m.gics, m.line_count, m.weight, o.outcome, a.period_end, a.version, a.available_date,
       a.is_value_restated, a.price_usd, a.price_date, a.market_cap_usd, a.pe, a.pb, a.p_fcf, a.dividend_yield, a.altman_z, a.altman_z_zone,
       m.company_kind, m.kind_basis, m.exchange, a.net_margin, a.ebitda_margin, a.net_cash_usd, a.dividends_paid_usd, a.note
FROM (SELECT DISTINCT entity_id, outcome FROM marts.funnel_outcomes
      WHERE as_of = $as_of AND outcome IN ('survivor', 'survivor_unverified')) AS o
JOIN core.members AS m USING (entity_id)
JOIN core.metrics_as_of AS a USING (as_of, entity_id)
WHERE m.as_of = $as_of
ORDER BY o.outcome, m.ticker, m.entity_id
