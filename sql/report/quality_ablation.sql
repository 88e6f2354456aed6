-- Do the best and worst names stay the same without a rule of the screen?
SELECT variant, scored, roe_median, fcf_margin_median, debt_to_assets_median, top_names, bottom_names
FROM marts.quality_summary
WHERE as_of = $as_of AND method = 'published' AND basis = 'point_in_time' AND quintile = 0
ORDER BY list_position(['base', 'no_winsorizing', 'no_coverage_clip', 'no_controls', 'controls_of_the_text'], variant)
