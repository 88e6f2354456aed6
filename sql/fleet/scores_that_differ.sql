-- Whose quintile of quality differs between homes, at the newest date of each?
WITH newest AS (
  SELECT home, ticker, quintile, score FROM marts.quality_scores
  WHERE method = 'published' AND basis = 'point_in_time' AND quintile IS NOT NULL
  QUALIFY as_of = max(as_of) OVER (PARTITION BY home)
)
SELECT ticker, min(quintile) AS lowest, max(quintile) AS highest, count(*) AS homes,
       round(max(score) - min(score), 4) AS score_range
FROM newest
GROUP BY ticker
HAVING min(quintile) < max(quintile)
ORDER BY highest - lowest DESC, ticker;
