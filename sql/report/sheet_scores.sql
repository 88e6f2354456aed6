-- What is the quality score of each member, or of one company, made of, by one method or all, on one basis or both?
SELECT q.entity_id, q.method, q.status, q.exclusion_reason, q.score, q.quintile, q.roe_z, q.fcf_margin_z, q.debt_to_assets_z,
       q.interest_coverage_z, q.basis, q.roe, q.fcf_margin, q.debt_to_assets, q.interest_coverage, q.inputs_basis,
       a.roe AS own_roe, a.fcf_margin AS own_fcf_margin, a.debt_to_assets AS own_debt_to_assets,
       a.interest_coverage AS own_interest_coverage
FROM marts.quality_scores AS q
LEFT JOIN core.metrics_as_of AS a ON a.as_of = q.as_of AND a.entity_id = q.entity_id AND a.period_end = q.period_end
WHERE q.as_of = $as_of
  AND (q.method = $method OR $method IS NULL)
  AND (q.basis = $basis OR $basis IS NULL)
  AND (q.entity_id = $entity OR $entity IS NULL)
ORDER BY q.entity_id, q.method DESC, q.basis DESC
