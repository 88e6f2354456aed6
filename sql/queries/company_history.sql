-- How did one company's score change, and which annual report was known each time? (Put the company's entity_id in place of 1; tickers are recycled.)
SELECT as_of, ticker, status, exclusion_reason, round(score, 2) AS score, quintile, period_end, available_date
FROM marts.quality_scores
WHERE entity_id = 1
  AND method = 'published'
  AND basis = 'point_in_time'
ORDER BY as_of;
