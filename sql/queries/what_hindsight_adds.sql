-- How much better does the top quintile look when figures filed up to 163 days later are let in?
SELECT as_of, scored_point_in_time, scored_as_published,
       round(roe_median_point_in_time, 3) AS roe_known,
       round(roe_median_as_published, 3) AS roe_later,
       round(roe_median_as_published - roe_median_point_in_time, 3) AS roe_difference
FROM marts.lookahead
WHERE method = 'published'
  AND quintile = 5
  AND is_final
ORDER BY as_of DESC;
