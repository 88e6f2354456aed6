-- Quality scores at the latest as_of: method published, basis point_in_time; best score first, those excluded last with their reason.
SELECT as_of, entity_id, ticker, name, sector, status, exclusion_reason, score, quintile,
       roe, fcf_margin, debt_to_assets, interest_coverage, market_cap_usd, period_end, available_date, is_final
FROM marts.quality_scores
WHERE method = 'published'
  AND basis = 'point_in_time'
  AND as_of = (SELECT max(as_of) FROM marts.quality_scores WHERE basis = 'point_in_time')
ORDER BY score DESC NULLS LAST, entity_id
