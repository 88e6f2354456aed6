-- What is the quality score of each watched name that is no member, or of one, made of, by one method or all, on one basis or both?
SELECT q.entity_id, q.ticker, q.method, q.status, q.exclusion_reason, q.score, q.quintile, q.roe_z, q.fcf_margin_z, q.debt_to_assets_z,
       q.interest_coverage_z, q.basis, q.roe, q.fcf_margin, q.debt_to_assets, q.interest_coverage, q.inputs_basis
FROM marts.watched_scores AS q
WHERE q.as_of = $as_of AND NOT q.is_member
  AND (q.method = $method OR $method IS NULL)
  AND (q.basis = $basis OR $basis IS NULL)
  AND (q.ticker = $ticker OR $ticker IS NULL)
ORDER BY q.ticker, q.method DESC, q.basis DESC
