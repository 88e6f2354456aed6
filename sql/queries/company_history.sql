-- How did one company's score change, and which annual report was known each time?
-- parameter: ticker TEXT: the symbol that the company carries at the newest date, for example AAON
SELECT as_of, ticker, status, exclusion_reason, round(score, 2) AS score, quintile, period_end, available_date
FROM marts.quality_scores
WHERE entity_id = (FROM core.members SELECT arg_max(entity_id, as_of) WHERE core.symbol_key(ticker) = core.symbol_key($ticker))
  AND method = 'published'
  AND basis = 'point_in_time'
ORDER BY as_of;
