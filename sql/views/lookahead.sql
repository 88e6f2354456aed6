-- What was known at as_of beside what was known 163 days later, per as_of, method and quintile (0 is all scored); each row compares one and the same month.
-- scored_point_in_time [companies]: companies scored by what was known at as_of
-- scored_as_published [companies]: companies scored by what was known 163 days later
-- roe_median_point_in_time [fraction]: median roe by what was known at as_of
-- roe_median_as_published [fraction]: median roe by what was known 163 days later
-- fcf_margin_median_point_in_time [fraction]: median fcf_margin by what was known at as_of
-- fcf_margin_median_as_published [fraction]: median fcf_margin by what was known 163 days later
-- debt_to_assets_median_point_in_time [fraction]: median debt_to_assets by what was known at as_of
-- debt_to_assets_median_as_published [fraction]: median debt_to_assets by what was known 163 days later
-- interest_coverage_median_point_in_time [multiple]: median interest_coverage by what was known at as_of
-- interest_coverage_median_as_published [multiple]: median interest_coverage by what was known 163 days later
SELECT known.as_of, known.method, known.quintile,
       known.is_final AND later.is_final AS is_final,
       known.scored AS scored_point_in_time,
       later.scored AS scored_as_published,
       known.roe_median AS roe_median_point_in_time,
       later.roe_median AS roe_median_as_published,
       known.fcf_margin_median AS fcf_margin_median_point_in_time,
       later.fcf_margin_median AS fcf_margin_median_as_published,
       known.debt_to_assets_median AS debt_to_assets_median_point_in_time,
       later.debt_to_assets_median AS debt_to_assets_median_as_published,
       known.interest_coverage_median AS interest_coverage_median_point_in_time,
       later.interest_coverage_median AS interest_coverage_median_as_published
FROM marts.quality_summary AS known
JOIN marts.quality_summary AS later
  ON later.as_of = known.as_of AND later.method = known.method AND later.variant = known.variant AND later.quintile = known.quintile
WHERE known.basis = 'point_in_time'
  AND later.basis = 'as_published'
  AND known.variant = 'base'
ORDER BY known.as_of, known.method, known.quintile
