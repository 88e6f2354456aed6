-- What is the quality score of a watched name made of, by one method, on each basis?
SELECT q.ticker, q.method, q.status, q.exclusion_reason, q.score, q.quintile, q.roe_z, q.fcf_margin_z, q.debt_to_assets_z,
       q.interest_coverage_z, q.basis, q.roe, q.fcf_margin, q.debt_to_assets, q.interest_coverage
FROM marts.watched_scores AS q
WHERE q.as_of = $as_of AND q.ticker = $ticker AND q.method = $method
ORDER BY q.basis DESC
