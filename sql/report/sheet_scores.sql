-- What is each survivor's quality score made of, on what was known at the date?
SELECT q.entity_id, q.method, q.status, q.exclusion_reason, q.score, q.quintile, q.roe_z, q.fcf_margin_z, q.debt_to_assets_z,
       q.interest_coverage_z
FROM marts.quality_scores AS q
SEMI JOIN (FROM marts.funnel_outcomes WHERE as_of = $as_of AND outcome IN ('survivor', 'survivor_unverified')) AS o USING (entity_id)
WHERE q.as_of = $as_of AND q.basis = 'point_in_time'
ORDER BY q.entity_id, q.method DESC
