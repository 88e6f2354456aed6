-- Debt over equity of the published book's candidates, filing by filing, since when each was known.
-- ticker: the candidate's ticker
-- entity_id: our id of the company
-- period_end: end of the fiscal year
-- available_date: first day on which the figure could be known
-- published_debt_to_equity: the published figure; for a range its lower end
-- published_debt_to_equity_highest: upper end of a published range
SELECT c.ticker, m.entity_id, m.period_end, m.version, m.available_date, m.debt_to_equity, m.debt_to_equity_reason,
       m.total_debt_usd, m.shareholders_equity_usd, m.is_value_restated,
       c.published AS published_debt_to_equity, c.published_highest AS published_debt_to_equity_highest
FROM (SELECT DISTINCT ticker, entity_id, published, published_highest
      FROM marts.published_candidates
      WHERE figure = 'debt_to_equity' AND entity_id IS NOT NULL) AS c
JOIN core.annual_metrics AS m USING (entity_id)
ORDER BY c.ticker, m.period_end, m.available_date, m.version, m.source
