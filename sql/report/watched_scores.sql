-- What is the quality score of each watched name that is no member, or of one, made of, by one method or all, on one basis or both?
SELECT q.entity_id, q.ticker, q.method, q.status, q.exclusion_reason, q.score, q.quintile, q.roe_z, q.fcf_margin_z, q.debt_to_assets_z,
       q.interest_coverage_z, q.basis, q.roe, q.fcf_margin, q.debt_to_assets, q.interest_coverage, q.inputs_basis,
       a.roe AS own_roe, a.fcf_margin AS own_fcf_margin, a.debt_to_assets AS own_debt_to_assets,
       a.interest_coverage AS own_interest_coverage
FROM marts.watched_scores AS q
LEFT JOIN core.watched_metrics AS a ON a.as_of = q.as_of AND a.ticker = q.ticker AND a.period_end = q.period_end
WHERE q.as_of = $as_of AND NOT q.is_member
  AND (q.method = $method OR $method IS NULL)
  AND (q.basis = $basis OR $basis IS NULL)
  AND (q.ticker = $ticker OR $ticker IS NULL)
ORDER BY q.ticker, q.method DESC, q.basis DESC
