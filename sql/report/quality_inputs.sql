-- What do the inputs of the score look like: count, mean, deviation, least, quartiles, greatest?
WITH summary AS (
    SELECT * FROM marts.quality_summary
    WHERE as_of = $as_of AND method = 'published' AND variant = 'base' AND quintile = 0)
SELECT basis, 'roe' AS input, scored AS companies, roe_mean AS mean, roe_std AS std, roe_min AS least, roe_p25 AS p25,
       roe_median AS median, roe_p75 AS p75, roe_max AS greatest
FROM summary
UNION ALL
SELECT basis, 'fcf_margin' AS input, scored AS companies, fcf_margin_mean AS mean, fcf_margin_std AS std, fcf_margin_min AS least, fcf_margin_p25 AS p25,
       fcf_margin_median AS median, fcf_margin_p75 AS p75, fcf_margin_max AS greatest
FROM summary
UNION ALL
SELECT basis, 'debt_to_assets' AS input, scored AS companies, debt_to_assets_mean AS mean, debt_to_assets_std AS std, debt_to_assets_min AS least, debt_to_assets_p25 AS p25,
       debt_to_assets_median AS median, debt_to_assets_p75 AS p75, debt_to_assets_max AS greatest
FROM summary
UNION ALL
SELECT basis, 'interest_coverage' AS input, scored AS companies, interest_coverage_mean AS mean, interest_coverage_std AS std, interest_coverage_min AS least, interest_coverage_p25 AS p25,
       interest_coverage_median AS median, interest_coverage_p75 AS p75, interest_coverage_max AS greatest
FROM summary
UNION ALL
SELECT basis, 'market_cap_usd' AS input, scored AS companies, market_cap_usd_mean AS mean, market_cap_usd_std AS std, market_cap_usd_min AS least, market_cap_usd_p25 AS p25,
       market_cap_usd_median AS median, market_cap_usd_p75 AS p75, market_cap_usd_max AS greatest
FROM summary
ORDER BY basis DESC, list_position(['roe', 'fcf_margin', 'debt_to_assets', 'interest_coverage', 'market_cap_usd'], input)
