-- What are the medians of each quintile of the score?
SELECT basis, quintile, scored, roe_median, fcf_margin_median, debt_to_assets_median, interest_coverage_median, market_cap_usd_median
FROM marts.quality_summary
WHERE as_of = $as_of AND method = 'published' AND variant = 'base' AND quintile > 0
ORDER BY basis DESC, quintile DESC
