-- Which companies were scored on what was known at the date, and where do they rank?
SELECT row_number() OVER (ORDER BY score DESC, entity_id) AS place, row_number() OVER (ORDER BY score, entity_id) AS place_from_below,
       entity_id, ticker, name, sector, score, quintile, roe, fcf_margin, debt_to_assets, interest_coverage, market_cap_usd,
       period_end, available_date
FROM marts.quality_scores
WHERE as_of = $as_of AND method = 'published' AND basis = 'point_in_time' AND status = 'scored'
ORDER BY place
